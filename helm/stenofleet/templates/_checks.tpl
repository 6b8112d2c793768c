{{/* Contradictions that a schema cannot see, each with a sentence that says what to set. */}}

{{- define "stenofleet.checkPool" -}}
{{- $at := printf "workers.%s" .name -}}
{{- with .pool -}}
{{- if not .image.repository }}
{{ $at }}.image.repository is empty: set it to the image that runs the pool's Celery app.
{{- end }}
{{- if not .queues }}
{{ $at }}.queues is empty: set it to the Celery queues that the pool consumes.
{{- end }}
{{- if gt (int .minReplicas) (int .maxReplicas) }}
{{ $at }}.minReplicas is {{ .minReplicas }}, above maxReplicas, which is {{ .maxReplicas }}: set minReplicas to at most {{ .maxReplicas }}, or raise maxReplicas.
{{- end }}
{{- if gt (int .concurrency.min) (int .concurrency.max) }}
{{ $at }}.concurrency.min is {{ .concurrency.min }}, above concurrency.max, which is {{ .concurrency.max }}: set concurrency.min to at most {{ .concurrency.max }}, or raise concurrency.max.
{{- end }}
{{- $timeout := int64 $.root.Values.settings.visibilityTimeout }}
{{- if and (include "stenofleet.ownTimeout" $) (ge (int64 .terminationGracePeriodSeconds) $timeout) }}
{{ $at }}.terminationGracePeriodSeconds is {{ int64 .terminationGracePeriodSeconds }}, not below settings.visibilityTimeout, which is {{ $timeout }}: a task that ends in its grace would already have been given to another worker; lower the one or raise the other.
{{- end }}
{{- end }}
{{- end -}}

{{- define "stenofleet.checkPools" -}}
{{- $consumed := list -}}
{{- range $name, $own := .Values.workers -}}
{{- $pool := include "stenofleet.pool" (dict "root" $ "own" $own) | fromYaml -}}
{{- if $pool.enabled -}}
{{- $consumed = concat $consumed $pool.queues -}}
{{- include "stenofleet.checkPool" (dict "root" $ "name" $name "pool" $pool) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.beat.enabled (not (has "core" $consumed)) }}
beat.enabled is true and no pool consumes the queue core, to which beat sends: enable workers.core, or set beat.enabled to false.
{{- end }}
{{- end -}}

{{/* Names a Secret's key without the Secret: (dict "at" "redis.externalUrlSecret" "value" ... "default" "url"). */}}
{{- define "stenofleet.checkSecret" -}}
{{- if and (not .value.name) (ne .value.key .default) }}
{{ .at }}.key is {{ .value.key | quote }}, but {{ .at }}.name is empty: set {{ .at }}.name to the existing Secret that holds this key.
{{- end }}
{{- end -}}

{{- define "stenofleet.checkSecrets" -}}
{{- include "stenofleet.checkSecret" (dict "at" "redis.externalUrlSecret" "value" .Values.redis.externalUrlSecret "default" "url") -}}
{{- include "stenofleet.checkSecret" (dict "at" "postgresql.externalUrlSecret" "value" .Values.postgresql.externalUrlSecret "default" "url") -}}
{{- include "stenofleet.checkSecret" (dict "at" "secretKey.existingSecret" "value" .Values.secretKey.existingSecret "default" "secret-key") -}}
{{- end -}}

{{/* Somebody needs a server that is neither deployed nor named. */}}
{{- define "stenofleet.checkServers" -}}
{{- range $server, $needed := dict "redis" (include "stenofleet.needsBroker" .) "postgresql" (include "stenofleet.needsDatabase" .) -}}
{{- $of := get $.Values $server -}}
{{- if and $needed (not $of.enabled) (not $of.externalUrlSecret.name) }}
{{ $server }}.enabled is false and {{ $server }}.externalUrlSecret.name is empty, but {{ trim $needed | replace " " ", " }} would use it: set {{ $server }}.externalUrlSecret.name to a Secret with the URL of yours, or switch them off with enabled: false.
{{- end }}
{{- end }}
{{- end -}}

{{- define "stenofleet.checkStorage" -}}
{{- if not (regexMatch "^(file:///|gs://|s3://)[^/]" .Values.storage.url) }}
storage.url is {{ .Values.storage.url | quote }}: set it to file:///folder, gs://bucket or s3://bucket.
{{- end }}
{{- end -}}

{{- define "stenofleet.checkIngress" -}}
{{- if and .Values.api.ingress.enabled (not .Values.api.ingress.host) }}
api.ingress.enabled is true and api.ingress.host is empty: set api.ingress.host to the name under which users reach the API.
{{- end }}
{{- if and .Values.api.ingress.enabled (not .Values.api.enabled) }}
api.ingress.enabled is true and api.enabled is false: there is no API to be reached; set api.ingress.enabled to false.
{{- end }}
{{- end -}}

{{- define "stenofleet.checkOperator" -}}
{{- $watched := .Values.operator.watchNamespaces -}}
{{- if and (has "*" $watched) (gt (len $watched) 1) }}
operator.watchNamespaces names "*" and others beside it: set it to ["*"] for all namespaces, or take "*" out.
{{- end }}
{{- $elsewhere := and .Values.operator.enabled $watched (not (has "*" $watched)) (not (has .Release.Namespace $watched)) -}}
{{- range $name, $own := .Values.workers }}
{{- if and $elsewhere (include "stenofleet.pool" (dict "root" $ "own" $own) | fromYaml).enabled }}
workers.{{ $name }} is deployed to the namespace {{ $.Release.Namespace }}, which operator.watchNamespaces does not name: add it, or set workers.{{ $name }}.enabled to false.
{{- end }}
{{- end }}
{{- end -}}

{{/* Fails with every sentence at once, so that one correction does not uncover the next. */}}
{{- define "stenofleet.check" -}}
{{- $found := list -}}
{{- range list "checkPools" "checkSecrets" "checkServers" "checkStorage" "checkIngress" "checkOperator" -}}
{{- $found = append $found (include (printf "stenofleet.%s" .) $) -}}
{{- end -}}
{{- with join "" $found | trim }}{{ fail (printf "these values contradict each other\n%s" .) }}{{ end -}}
{{- end -}}
