{{/* What the operator may do in its own namespace, whichever it watches. */}}
{{- define "stenofleet.operatorOwnRules" }}
# The Lease by which one replica leads; a name cannot restrict its creation.
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [create]
# It is renewed by its holder, and taken over when its holder is gone.
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames: [stenofleet-autoscaler]
  verbs: [get, update]
{{- with include "stenofleet.chartBrokerSecrets" . | fromJsonArray }}
# The brokers of this chart's pools: these Secrets by name, never listed or watched.
- apiGroups: [""]
  resources: [secrets]
  resourceNames: {{ toJson . }}
  verbs: [get]
{{- end }}
{{- end }}

{{/* What it may do in each namespace that it watches. */}}
{{- define "stenofleet.operatorPoolRules" }}
# Pools are watched, so that a changed maximum takes effect at once; replicas are written to them.
- apiGroups: [stenofleet.io]
  resources: [workerpools]
  verbs: [get, list, watch, patch]
# Conditions, and the last decision with its reason.
- apiGroups: [stenofleet.io]
  resources: [workerpools/status]
  verbs: [patch]
# Targets are watched for their replicas, selectors and rollouts, and never written.
- apiGroups: [apps]
  resources: [deployments, statefulsets]
  verbs: [get, list, watch]
# The replicas of a target, and nothing else of it.
- apiGroups: [apps]
  resources: [deployments/scale, statefulsets/scale]
  verbs: [get, patch]
# Readiness is watched; the deletion cost and the mark of a drain are annotations of pods.
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch, patch]
# CPU and memory by slot, in place.
- apiGroups: [""]
  resources: [pods/resize]
  verbs: [patch]
# A stalled worker is restarted by an eviction, which heeds disruption budgets as a deletion does not.
- apiGroups: [""]
  resources: [pods/eviction]
  verbs: [create]
# Memory in use, before a limit is lowered; without a metrics server it stays as it is.
- apiGroups: [metrics.k8s.io]
  resources: [pods]
  verbs: [get, list]
# Durations that were learned outlive a restart; a ConfigMap bears the name of its pool.
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, create, patch]
# A second master of a target is found and named, never touched.
- apiGroups: [autoscaling]
  resources: [horizontalpodautoscalers]
  verbs: [get, list, watch]
# The same for KEDA's, where it is installed.
- apiGroups: [keda.sh]
  resources: [scaledobjects]
  verbs: [get, list, watch]
# What was decided is told on the pool.
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create]
{{- with .Values.operator.brokerSecrets }}
# The brokers of pools made outside of this chart: by name, never listed or watched.
- apiGroups: [""]
  resources: [secrets]
  resourceNames: {{ uniq . | sortAlpha | toJson }}
  verbs: [get]
{{- end }}
{{- end }}

{{/*
The Secrets that the brokers of this chart's own pools name. Where there is none, no rule may be
rendered: one without names would stand for all.
*/}}
{{- define "stenofleet.chartBrokerSecrets" -}}
{{- $names := list -}}
{{- range .Values.workers -}}
{{- $pool := include "stenofleet.pool" (dict "root" $ "own" .) | fromYaml -}}
{{- if $pool.enabled -}}
{{- $own := (include "stenofleet.redisSecret" (dict "root" $ "user" "operator") | fromYaml).name -}}
{{- if not $pool.broker.urlSecretRef -}}
{{- if not (dig "caSecretRef" "name" "" $pool.broker) }}{{ $names = append $names (get (include "stenofleet.redisCa" $ | fromYaml) "name") }}{{ end -}}
{{- $names = append $names $.Values.redis.sentinel.passwordSecret.name -}}
{{- end -}}
{{- $names = append $names (dig "urlSecretRef" "name" $own $pool.broker) -}}
{{- $names = append $names (dig "caSecretRef" "name" "" $pool.broker) -}}
{{- $names = append $names (dig "sentinel" "passwordSecretRef" "name" "" $pool.broker) -}}
{{- end -}}
{{- end -}}
{{- compact $names | uniq | sortAlpha | toJson -}}
{{- end -}}
