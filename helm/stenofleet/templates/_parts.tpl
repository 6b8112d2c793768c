{{/* Who needs what: each is empty when nobody does, else the names of those who do. */}}

{{/* The enabled pools whose value under `key` is set, as workers.<name>: (dict "root" $ "key" "database"). */}}
{{- define "stenofleet.poolsWith" -}}
{{- range $name, $own := .root.Values.workers -}}
{{- $pool := include "stenofleet.pool" (dict "root" $.root "own" $own) | fromYaml -}}
{{- if and $pool.enabled (get $pool $.key) }} workers.{{ $name }}{{ end -}}
{{- end -}}
{{- end -}}

{{- define "stenofleet.needsDatabase" -}}
{{- if .Values.api.enabled }} api{{ end -}}
{{- if .Values.backup.enabled }} backup{{ end -}}
{{- include "stenofleet.poolsWith" (dict "root" . "key" "database") -}}
{{- end -}}

{{- define "stenofleet.needsRecordings" -}}
{{- if .Values.api.enabled }} api{{ end -}}
{{- include "stenofleet.poolsWith" (dict "root" . "key" "recordings") -}}
{{- end -}}

{{/* The most pods of each that uses recordings, as a YAML map. */}}
{{- define "stenofleet.recordingsPods" -}}
{{- with .Values.api }}{{ if .enabled }}
api: {{ ternary .autoscaling.maxReplicas .replicas .autoscaling.enabled }}
{{- end }}{{ end -}}
{{- range $name, $own := .Values.workers -}}
{{- $pool := include "stenofleet.pool" (dict "root" $ "own" $own) | fromYaml -}}
{{- if and $pool.enabled $pool.recordings }}
workers.{{ $name }}: {{ $pool.maxReplicas }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A pool that names a broker of its own needs none of the chart's. */}}
{{- define "stenofleet.needsBroker" -}}
{{- if .Values.api.enabled }} api{{ end -}}
{{- if .Values.beat.enabled }} beat{{ end -}}
{{- if .Values.flower.enabled }} flower{{ end -}}
{{- range $name, $own := .Values.workers -}}
{{- $pool := include "stenofleet.pool" (dict "root" $ "own" $own) | fromYaml -}}
{{- if and $pool.enabled (not (dig "urlSecretRef" "name" "" $pool.broker)) }} workers.{{ $name }}{{ end -}}
{{- end -}}
{{- end -}}

{{- define "stenofleet.runsWorkloads" -}}
{{- if .Values.flower.enabled }} flower{{ end -}}
{{- if .Values.backup.enabled }} backup{{ end -}}
{{- if .Values.api.enabled }} api{{ end -}}
{{- if .Values.beat.enabled }} beat{{ end -}}
{{- include "stenofleet.poolsWith" (dict "root" . "key" "enabled") -}}
{{- end -}}

{{- define "stenofleet.ownRedis" -}}
{{- if and .Values.redis.enabled (not .Values.redis.externalUrlSecret.name) }}redis{{ end -}}
{{- end -}}

{{- define "stenofleet.ownPostgresql" -}}
{{- if and .Values.postgresql.enabled (not .Values.postgresql.externalUrlSecret.name) }}postgresql{{ end -}}
{{- end -}}
