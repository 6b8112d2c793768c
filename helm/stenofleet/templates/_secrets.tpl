{{/*
A generated credential: the one in the cluster, else a new one, the same in the whole rendering.
It is kept in .Values, the only map that all templates of one rendering share.
*/}}
{{- define "stenofleet.generated" -}}
{{- $root := .root -}}
{{- if not (hasKey $root.Values "generated") }}{{ $_ := set $root.Values "generated" dict }}{{ end -}}
{{- $memo := $root.Values.generated -}}
{{- $name := printf "%s-%s" (include "stenofleet.fullname" $root) .secret -}}
{{- if not (hasKey $memo $name) -}}
{{- $found := lookup "v1" "Secret" $root.Release.Namespace $name -}}
{{- $kept := get (default dict $found.data) .key | b64dec -}}
{{- $_ := set $memo $name (default (randAlphaNum 32) $kept) -}}
{{- end -}}
{{- get $memo $name -}}
{{- end -}}

{{- define "stenofleet.redisPassword" -}}
{{- include "stenofleet.generated" (dict "root" . "secret" "redis" "key" "password") -}}
{{- end -}}

{{- define "stenofleet.postgresqlPassword" -}}
{{- include "stenofleet.generated" (dict "root" . "secret" "postgresql" "key" "password") -}}
{{- end -}}

{{/* Each of the following is empty when an existing Secret is named, or nobody needs it. */}}
{{- define "stenofleet.secretKey" -}}
{{- if and .Values.api.enabled (not .Values.secretKey.existingSecret.name) -}}
{{- include "stenofleet.generated" (dict "root" . "secret" "secret-key" "key" .Values.secretKey.existingSecret.key) -}}
{{- end -}}
{{- end -}}

{{- define "stenofleet.redisUrl" -}}
{{- if include "stenofleet.ownRedis" . -}}
{{- include "stenofleet.redisUserUrl" (dict "root" . "user" "" "password" (include "stenofleet.redisPassword" .)) -}}
{{- end -}}
{{- end -}}

{{- define "stenofleet.postgresqlUrl" -}}
{{- if include "stenofleet.ownPostgresql" . -}}
postgresql://stenofleet:{{ include "stenofleet.postgresqlPassword" . }}@{{ include "stenofleet.fullname" . }}-postgresql:5432/stenofleet
{{- end -}}
{{- end -}}
