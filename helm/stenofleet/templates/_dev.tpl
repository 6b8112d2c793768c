{{/* What `dev.sync` adds to the pods whose dict says where the `source` of their code is. */}}

{{/* That source, where the code may change; else empty. */}}
{{- define "stenofleet.synced" -}}
{{- if .root.Values.dev.sync }}{{ with .source }}{{ . }}{{ end }}{{ end -}}
{{- end -}}

{{/* Copies the image's code to where it may change. */}}
{{- define "stenofleet.copyCode" -}}
{{- if include "stenofleet.synced" . -}}
- name: copy-code
  command: [cp, -R, /app/., /code]
  {{- include "stenofleet.container" . | nindent 2 }}
  volumeMounts:
    - {name: code, mountPath: /code}
{{- end -}}
{{- end -}}

{{/*
The container of such a pod, whose process starts again when a file changes. Its liveness is not asked:
a mistake in the code shall be mended, and a restarted container would only make it again.
*/}}
{{- define "stenofleet.reloading" -}}
{{- $again := list "python" "-m" "watchfiles" "--target-type" "command" "--sigint-timeout" "15" -}}
{{- $command := concat $again (list (join " " .command) "/app") -}}
{{- mergeOverwrite (omit . "startupProbe" "livenessProbe") (dict "command" $command) | toYaml -}}
{{- end -}}
