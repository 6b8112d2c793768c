{{/* What is there while `helm test` runs, and afterwards only when it failed. */}}
{{- define "stenofleet.testMetadata" -}}
{{- include "stenofleet.metadata" .of }}
annotations:
  helm.sh/hook: test
  helm.sh/hook-weight: {{ .weight | quote }}
  helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
  # Helm shows what the Pods say, for they are gone when it is done.
  helm.sh/hook-output-log-policy: hook-succeeded,hook-failed
{{- end -}}

{{- define "stenofleet.testPod" -}}
{{- $template := include "stenofleet.podTemplate" (merge (dict "restartPolicy" "Never") .) | fromYaml -}}
{{- $metadata := include "stenofleet.testMetadata" (dict "of" . "weight" "0") | fromYaml -}}
{{- $_ := set $template.spec "activeDeadlineSeconds" (int .workload.deadlineSeconds) -}}
apiVersion: v1
kind: Pod
metadata:
  {{- mergeOverwrite $template.metadata $metadata | toYaml | nindent 2 }}
spec:
  {{- toYaml $template.spec | nindent 2 }}
{{- end -}}

{{- define "stenofleet.testServicesContainer" -}}
{{- $redis := include "stenofleet.redisEnv" (dict "root" .root "user" "api") | fromYaml -}}
name: test
command: [stenofleet, test-release, --api, "http://{{ include "stenofleet.fullname" .root }}-api:{{ .root.Values.api.service.port }}"]
env:
  {{- merge $redis (include "stenofleet.databaseEnv" .root | fromYaml) | toYaml | nindent 2 }}
{{- end -}}

{{- define "stenofleet.testPoolsContainer" -}}
name: test
command: {{ concat (list "stenofleet-autoscaler" "test-pools" "--namespace" .root.Release.Namespace) (include "stenofleet.testedPools" .root | trim | splitList " ") | toJson }}
{{- end -}}

{{/* The WorkerPools of this release, divided by blanks; none where this release's operator sizes none. */}}
{{- define "stenofleet.testedPools" -}}
{{- if .Values.operator.enabled -}}
{{- range include "stenofleet.poolsWith" (dict "root" . "key" "enabled") | trim | splitList " " | compact }} {{ include "stenofleet.fullname" $ }}-{{ trimPrefix "workers." . }}{{ end -}}
{{- end -}}
{{- end -}}
