{{/* What the templates of a pool share, all with (dict "root" $ "name" "core" "pool" $merged "broker" (dict ...)). */}}

{{/* Celery reads broker and backend by itself, so that a plain app needs no settings of ours. */}}
{{- define "stenofleet.poolEnv" -}}
{{- $shared := include "stenofleet.redisSecret" (dict "root" .root "user" "worker") | fromYaml -}}
{{- $secret := dict "valueFrom" (dict "secretKeyRef" (default $shared .pool.broker.urlSecretRef)) -}}
{{- $env := dict "REDIS_URL" $secret "CELERY_BROKER_URL" $secret "CELERY_RESULT_BACKEND" $secret "CELERY_CONCURRENCY" (toString .pool.concurrency.min) "STENOFLEET_POOL" (printf "%s-%s" (include "stenofleet.fullname" .root) .name) -}}
{{- $own := .pool.broker.urlSecretRef -}}
{{- $sentinel := not $own | ternary (include "stenofleet.redisSentinel" .root | fromYaml) dict -}}
{{- $open := dict "root" .root "sentinel" (mergeOverwrite $sentinel (default dict .pool.broker.sentinel)) "own" $own -}}
{{- $env = merge $env (include "stenofleet.redisOpenEnv" $open | fromYaml) -}}
{{- if .pool.database }}{{ $env = merge $env (include "stenofleet.databaseEnv" .root | fromYaml) }}{{ end -}}
{{- if .pool.google }}{{ $env = merge $env (include "stenofleet.googleEnv" .root | fromYaml) }}{{ end -}}
{{- toYaml $env -}}
{{- end -}}

{{/* The visibility timeout of Stenofleet's own app; empty for others, which do not read our settings. */}}
{{- define "stenofleet.ownTimeout" -}}
{{- if eq .pool.app "stenofleet_worker" }}{{ int64 .root.Values.settings.visibilityTimeout }}s{{ end -}}
{{- end -}}

{{- define "stenofleet.poolCommand" -}}
{{- $celery := list "celery" "-A" .pool.app "worker" "-Q" (join "," .pool.queues) "--concurrency" "$(CELERY_CONCURRENCY)" -}}
{{- if .root.Values.operator.metrics.celeryExporter }}{{ $celery = append $celery "-E" }}{{ end -}}
{{- default $celery .pool.command | toJson -}}
{{- end -}}

{{- define "stenofleet.workerDeployment" -}}
{{- $pod := merge (dict "component" (printf "worker-%s" .name) "workload" .pool "container" "stenofleet.workerContainer" "recordings" .pool.recordings "checksum" (include "stenofleet.checksum" .root)) . -}}
{{- $_ := set $pod "workerPool" (printf "%s-%s" (include "stenofleet.fullname" .root) .name) -}}
{{- if .pool.health }}{{ $_ := set $pod "port" 8081 }}{{ end -}}
{{- /* Of Stenofleet's own app it is known where the code is, and how it starts. */ -}}
{{- if and (eq .pool.app "stenofleet_worker") (not .pool.command) }}{{ $_ := set $pod "source" "services/worker" }}{{ end -}}
{{- /* For the pod this says whether the chart's Redis is spoken with; the pool's words are no use to it. */ -}}
{{- $_ := set $pod "broker" (not .pool.broker.urlSecretRef) -}}
{{- if .pool.database }}{{ $_ := set $pod "initContainers" (list "stenofleet.waitForDatabase") }}{{ end -}}
# No `replicas`: the WorkerPool owns it. A new Deployment starts with one pod, and the operator
# takes it from there.
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "stenofleet.workloadMetadata" (omit $pod "name") | nindent 2 }}
spec:
  strategy:
    {{- include "stenofleet.strategy" (dict "workload" .pool "surge" "25%") | nindent 4 }}
  selector:
    matchLabels:
      {{- include "stenofleet.selectorLabels" $pod | nindent 6 }}
  template:
    {{- include "stenofleet.podTemplate" $pod | nindent 4 }}
{{- end -}}

{{- define "stenofleet.workerContainer" -}}
name: worker
command: {{ include "stenofleet.poolCommand" . }}
{{ include "stenofleet.env" (dict "root" .root "env" (include "stenofleet.poolEnv" . | fromYaml)) }}
{{- if .pool.health }}
ports:
  - {name: health, containerPort: 8081}
{{ include "stenofleet.probes" (dict "port" "health") }}
{{- end }}
{{- end -}}

{{- define "stenofleet.workerPool" -}}
apiVersion: stenofleet.io/v1alpha1
kind: WorkerPool
metadata:
  {{- include "stenofleet.metadata" (dict "root" .root "component" (printf "worker-%s" .name) "name" .name) | nindent 2 }}
spec:
  targetRef:
    kind: Deployment
    name: {{ include "stenofleet.fullname" .root }}-worker-{{ .name }}
  broker:
    {{- toYaml .broker | nindent 4 }}
  demand:
    queues: {{ toJson .pool.queues }}
    {{- with .pool.lists }}
    lists: {{ toJson . }}
    {{- end }}
  minReplicas: {{ .pool.minReplicas }}
  maxReplicas: {{ .pool.maxReplicas }}
  concurrency: {{ toJson .pool.concurrency }}
  {{- with .pool.poolSpec }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}
