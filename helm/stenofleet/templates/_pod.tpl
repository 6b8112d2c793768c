{{/*
A workload's values over podDefaults, as YAML: (dict "root" $ "own" .Values.api "without" (list "env")).
`without` names defaults that are not for it: a bucket's credentials are none of a server's business.
*/}}
{{- define "stenofleet.workload" -}}
{{- $defaults := deepCopy .root.Values.podDefaults -}}
{{- range .without }}{{ $_ := set $defaults . (kindIs "map" (get $defaults .) | ternary dict list) }}{{ end -}}
{{- mergeOverwrite $defaults (deepCopy .own) | toYaml -}}
{{- end -}}

{{/* A pool of `workers:` over workerDefaults over podDefaults, as YAML. */}}
{{- define "stenofleet.pool" -}}
{{- mergeOverwrite (deepCopy .root.Values.podDefaults) (deepCopy .root.Values.workerDefaults) (deepCopy .own) | toYaml -}}
{{- end -}}

{{/* The metadata of pods: (dict "root" $ "component" "api" "workload" $merged "port" 8000 "checksum" "..."). */}}
{{- define "stenofleet.podMetadata" -}}
labels:
  {{- include "stenofleet.selectorLabels" . | nindent 2 }}
  {{- with .workerPool }}
  # Metrics of the pod's are told by its pool.
  stenofleet.io/pool: {{ . }}
  {{- end }}
  {{- with .workload.podLabels }}{{ toYaml . | nindent 2 }}{{ end }}
{{- $annotations := deepCopy .workload.podAnnotations -}}
{{- with .checksum }}{{ $_ := set $annotations "checksum/config" . }}{{ end -}}
{{- with include "stenofleet.synced" . }}{{ $_ := set $annotations "stenofleet.io/code" . }}{{ end -}}
{{- if and .port .root.Values.metrics.annotations (not (include "stenofleet.podMonitored" .root)) -}}
{{- $_ := set $annotations "prometheus.io/scrape" "true" -}}
{{- $_ := set $annotations "prometheus.io/port" (toString .port) -}}
{{- $_ := set $annotations "prometheus.io/path" "/metrics" -}}
{{- end -}}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end -}}
{{- end -}}

{{/*
A pod's template, made alike for every workload:
(dict "root" $ "component" "api" "workload" $merged "container" "stenofleet.apiContainer")
and where they apply "initContainers" (list "stenofleet.waitForDatabase"), "volumes" (list (dict ...)),
"recordings" true, "broker" true, "port" 8000, "source" "services/api", "checksum" "...", "account" "name", "token" true, "restartPolicy" "Never".
`container` and `initContainers` name templates, which get this very dict.
*/}}
{{- define "stenofleet.podTemplate" -}}
metadata:
  {{- include "stenofleet.podMetadata" . | nindent 2 }}
spec:
  {{- include "stenofleet.podSpec" . | nindent 2 }}
  {{- with include "stenofleet.initContainers" . | fromYamlArray }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    {{- include "stenofleet.containers" . | nindent 4 }}
  volumes:
    {{- include "stenofleet.volumes" . | nindent 4 }}
{{- end -}}

{{/* The fields of every pod's spec beside its containers and volumes. */}}
{{- define "stenofleet.podSpec" -}}
{{- with .restartPolicy }}
restartPolicy: {{ . }}
{{- end }}
serviceAccountName: {{ coalesce .workload.serviceAccountName .account (include "stenofleet.fullname" .root) }}
automountServiceAccountToken: {{ default false .token }}
# The variables of service links collide with settings: a Service "redis" would set REDIS_PORT.
enableServiceLinks: false
{{- if not (has .component (list "redis" "postgresql")) }}
# The kernel drops a TERM for a process of number 1 that has not asked for it yet: a pod that is to go in
# its first seconds, while Python imports, would work on until it is killed. Here the sandbox has that number.
shareProcessNamespace: true
{{- end }}
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

{{/* The workload's container, its `env` a map, with its mounts and probes, and what its values add. */}}
{{- define "stenofleet.containers" -}}
{{- $own := include .container . | fromYaml -}}
{{- $env := mergeOverwrite (default dict $own.env) (deepCopy .workload.env) -}}
{{- with $env }}{{ $_ := set $own "env" (include "stenofleet.envList" . | fromYamlArray) }}{{ end -}}
{{- with include "stenofleet.envFrom" (dict "own" $own "workload" .workload) | fromYamlArray }}{{ $_ := set $own "envFrom" . }}{{ end -}}
{{- $mounts := include "stenofleet.volumeMounts" . | fromYamlArray -}}
{{- $_ := set $own "volumeMounts" (concat $mounts (default list $own.volumeMounts) .workload.extraVolumeMounts) -}}
{{- range $kind, $changes := .workload.probes -}}
{{- $name := printf "%sProbe" $kind -}}
{{- with include "stenofleet.probe" (dict "own" (get $own $name) "changes" $changes) | fromYaml }}{{ $_ := set $own $name . }}{{ end -}}
{{- end -}}
{{- $main := merge $own (include "stenofleet.container" . | fromYaml) -}}
{{- if include "stenofleet.synced" . }}{{ $main = include "stenofleet.reloading" $main | fromYaml }}{{ end -}}
{{- concat (list $main) (include "stenofleet.secured" (dict "workload" .workload "containers" .workload.extraContainers) | fromYamlArray) | toYaml -}}
{{- end -}}

{{- define "stenofleet.initContainers" -}}
{{- $list := include "stenofleet.copyCode" . | fromYamlArray -}}
{{- range .initContainers }}{{ $list = concat $list (include . $ | fromYamlArray) }}{{ end -}}
{{- concat $list (include "stenofleet.secured" (dict "workload" .workload "containers" .workload.extraInitContainers) | fromYamlArray) | toYaml -}}
{{- end -}}

{{/* Containers that values add are as restricted as the workload's own, unless they say otherwise. */}}
{{- define "stenofleet.secured" -}}
{{- $list := list -}}
{{- range .containers -}}
{{- $list = append $list (mergeOverwrite (dict "securityContext" (deepCopy $.workload.containerSecurityContext)) (deepCopy .)) -}}
{{- end -}}
{{- toYaml $list -}}
{{- end -}}

{{/*
A probe with changes. A pod may be asked in one way only, so a new way replaces the old one; a figure
alone, as podDefaults may have it, makes no probe where there is none.
*/}}
{{- define "stenofleet.probe" -}}
{{- $own := default dict .own -}}
{{- $ways := list "httpGet" "exec" "tcpSocket" "grpc" -}}
{{- if include "stenofleet.hasOne" (dict "of" $ways "map" .changes) }}{{ range $ways }}{{ $own = omit $own . }}{{ end }}{{ end -}}
{{- $probe := mergeOverwrite (deepCopy $own) (deepCopy .changes) -}}
{{- if include "stenofleet.hasOne" (dict "of" $ways "map" $probe) }}{{ toYaml $probe }}{{ end -}}
{{- end -}}

{{- define "stenofleet.hasOne" -}}
{{- range .of }}{{ if hasKey $.map . }}yes{{ end }}{{ end -}}
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

{{/* Volumes and mounts: /tmp for each pod, the recordings where `recordings` is true, and those that values add. */}}
{{- define "stenofleet.volumes" -}}
- name: tmp
  emptyDir:
    sizeLimit: {{ .workload.tmpSize }}
{{- if include "stenofleet.synced" . }}
- name: code
  emptyDir:
    sizeLimit: 64Mi
{{- end }}
{{- if and .recordings (include "stenofleet.recordingsPath" .root) }}
- name: recordings
  persistentVolumeClaim:
    claimName: {{ include "stenofleet.recordingsClaim" .root }}
{{- end }}
{{- if and .broker (include "stenofleet.redisCa" .root) }}
{{- $ca := include "stenofleet.redisCa" .root | fromYaml }}
- name: redis-ca
  secret:
    secretName: {{ $ca.name }}
    # The certificate of the authority, and not the server's key beside it.
    items: [{key: {{ $ca.key }}, path: ca.crt}]
{{- end }}
{{- with concat (default list .volumes) .workload.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "stenofleet.volumeMounts" -}}
- {name: tmp, mountPath: /tmp}
{{- if include "stenofleet.synced" . }}
- {name: code, mountPath: /app}
{{- end }}
{{- if .recordings }}
{{- with include "stenofleet.recordingsPath" .root }}
- {name: recordings, mountPath: {{ . | quote }}}
{{- end }}
{{- end }}
{{- if and .broker (include "stenofleet.redisCa" .root) }}
- {name: redis-ca, mountPath: {{ include "stenofleet.redisCaFile" .root | dir }}, readOnly: true}
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

{{/* The metadata of a workload itself; what identifies it cannot be changed by its values. */}}
{{- define "stenofleet.workloadMetadata" -}}
{{- $metadata := include "stenofleet.metadata" . | fromYaml -}}
{{- $_ := set $metadata "labels" (merge $metadata.labels (deepCopy .workload.labels)) -}}
{{- with .workload.annotations }}{{ $_ := set $metadata "annotations" . }}{{ end -}}
{{- toYaml $metadata -}}
{{- end -}}

{{/* How pods are replaced: the workload's own strategy, else (dict "workload" $merged "surge" 1). */}}
{{- define "stenofleet.strategy" -}}
{{- $gentle := dict "type" "RollingUpdate" "rollingUpdate" (dict "maxUnavailable" 0 "maxSurge" .surge) -}}
{{- default $gentle .workload.strategy | toYaml -}}
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
