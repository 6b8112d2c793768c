{{/* A workload's values over podDefaults, as YAML: (dict "root" $ "own" .Values.api). */}}
{{- define "stenofleet.workload" -}}
{{- mergeOverwrite (deepCopy .root.Values.podDefaults) (deepCopy .own) | toYaml -}}
{{- end -}}

{{/* A pool of `workers:` over workerDefaults over podDefaults, as YAML. */}}
{{- define "stenofleet.pool" -}}
{{- mergeOverwrite (deepCopy .root.Values.podDefaults) (deepCopy .root.Values.workerDefaults) (deepCopy .own) | toYaml -}}
{{- end -}}

{{/* The metadata of pods: (dict "root" $ "component" "api" "workload" $merged "port" 8000 "checksum" "..."). */}}
{{- define "stenofleet.podMetadata" -}}
labels:
  {{- include "stenofleet.selectorLabels" . | nindent 2 }}
  {{- with .workload.podLabels }}{{ toYaml . | nindent 2 }}{{ end }}
{{- $annotations := deepCopy .workload.podAnnotations -}}
{{- with .checksum }}{{ $_ := set $annotations "checksum/config" . }}{{ end -}}
{{- if and .port .root.Values.metrics.annotations -}}
{{- $_ := set $annotations "prometheus.io/scrape" "true" -}}
{{- $_ := set $annotations "prometheus.io/port" (toString .port) -}}
{{- $_ := set $annotations "prometheus.io/path" "/metrics" -}}
{{- end -}}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end -}}
{{- end -}}

{{/* The fields of every pod's spec: (dict "root" $ "component" "api" "workload" $merged "account" "name" "token" false). */}}
{{- define "stenofleet.podSpec" -}}
serviceAccountName: {{ default (include "stenofleet.fullname" .root) .account }}
automountServiceAccountToken: {{ default false .token }}
# The variables of service links collide with settings: a Service "redis" would set REDIS_PORT.
enableServiceLinks: false
terminationGracePeriodSeconds: {{ .workload.terminationGracePeriodSeconds }}
securityContext:
  {{- toYaml .workload.podSecurityContext | nindent 2 }}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .workload.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- range $field := list "nodeSelector" "tolerations" "affinity" }}
{{- with index $.workload $field }}
{{ $field }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- with .workload.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- $own := include "stenofleet.selectorLabels" $ | fromYaml }}
  {{- range . }}
  - {{- mergeOverwrite (dict "labelSelector" (dict "matchLabels" $own)) . | toYaml | nindent 4 }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* The fields of every container: (dict "root" $ "workload" $merged "image" (dict ...)). */}}
{{- define "stenofleet.container" -}}
image: {{ include "stenofleet.image" (dict "root" .root "image" (default .workload.image .image)) | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  {{- toYaml .workload.containerSecurityContext | nindent 2 }}
resources:
  {{- toYaml .workload.resources | nindent 2 }}
{{- end -}}

{{/* Waits until the Job has brought the schema to what this image needs. */}}
{{- define "stenofleet.waitForDatabase" -}}
- name: wait-for-database
  command: [stenofleet, db, wait]
  {{- include "stenofleet.container" . | nindent 2 }}
  env:
    {{- include "stenofleet.envList" (include "stenofleet.databaseEnv" .root | fromYaml) | nindent 4 }}
  volumeMounts:
    - {name: tmp, mountPath: /tmp}
{{- end -}}

{{/* Volumes and mounts: /tmp for each pod, and the recordings where `recordings` is true. */}}
{{- define "stenofleet.volumes" -}}
- name: tmp
  emptyDir:
    sizeLimit: {{ .workload.tmpSize }}
{{- if and .recordings (include "stenofleet.recordingsPath" .root) }}
- name: recordings
  persistentVolumeClaim:
    claimName: {{ include "stenofleet.recordingsClaim" .root }}
{{- end }}
{{- end -}}

{{- define "stenofleet.volumeMounts" -}}
- {name: tmp, mountPath: /tmp}
{{- if .recordings }}
{{- with include "stenofleet.recordingsPath" .root }}
- {name: recordings, mountPath: {{ . | quote }}}
{{- end }}
{{- end }}
{{- end -}}

{{/* Probes of a service that serves /livez and /readyz on the port named by `port`. */}}
{{- define "stenofleet.probes" -}}
# Liveness begins when the process has answered once: a slow start is not a hang.
startupProbe:
  httpGet: {path: /livez, port: {{ .port }}}
  periodSeconds: 1
  failureThreshold: 180
  timeoutSeconds: 3
livenessProbe:
  httpGet: {path: /livez, port: {{ .port }}}
  periodSeconds: 10
  failureThreshold: 6
  timeoutSeconds: 5
readinessProbe:
  httpGet: {path: /readyz, port: {{ .port }}}
  periodSeconds: 2
  failureThreshold: 3
  timeoutSeconds: 5
{{- end -}}

{{/* Lets a node be drained: (dict "root" $ "component" "api" "budget" (dict "maxUnavailable" 1)). */}}
{{- define "stenofleet.podDisruptionBudget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "stenofleet.metadata" . | nindent 2 }}
spec:
  {{- toYaml .budget | nindent 2 }}
  # A pod that is broken anyway holds no node.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "stenofleet.selectorLabels" . | nindent 6 }}
{{- end -}}
