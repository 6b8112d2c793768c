{{/* What the templates of a pool share, all with (dict "root" $ "name" "core" "pool" $merged "broker" (dict ...)). */}}

{{/* Celery reads broker and backend by itself, so that a plain app needs no settings of ours. */}}
{{- define "stenofleet.poolEnv" -}}
{{- $secret := dict "valueFrom" (dict "secretKeyRef" .broker.urlSecretRef) -}}
{{- $env := dict "REDIS_URL" $secret "CELERY_BROKER_URL" $secret "CELERY_RESULT_BACKEND" $secret "CELERY_CONCURRENCY" (toString .pool.concurrency.min) -}}
{{- if .pool.database }}{{ $env = merge $env (include "stenofleet.databaseEnv" .root | fromYaml) }}{{ end -}}
{{- toYaml $env -}}
{{- end -}}

{{/* The visibility timeout of Stenofleet's own app; empty for others, which do not read our settings. */}}
{{- define "stenofleet.ownTimeout" -}}
{{- if eq .pool.app "stenofleet_worker" }}{{ int64 .root.Values.settings.visibilityTimeout }}s{{ end -}}
{{- end -}}

{{- define "stenofleet.poolCommand" -}}
{{- $celery := list "celery" "-A" .pool.app "worker" "-Q" (join "," .pool.queues) "--concurrency" "$(CELERY_CONCURRENCY)" -}}
{{- default $celery .pool.command | toJson -}}
{{- end -}}

{{- define "stenofleet.workerDeployment" -}}
{{- $health := .pool.health -}}
{{- $pod := dict "root" .root "component" (printf "worker-%s" .name) "workload" .pool "recordings" .pool.recordings "checksum" (include "stenofleet.checksum" .root) -}}
{{- if $health }}{{ $_ := set $pod "port" 8081 }}{{ end -}}
# No `replicas`: the WorkerPool owns it. A new Deployment starts with one pod, and the operator
# takes it from there.
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "stenofleet.metadata" $pod | nindent 2 }}
spec:
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxUnavailable: 0, maxSurge: 25%}
  selector:
    matchLabels:
      {{- include "stenofleet.selectorLabels" $pod | nindent 6 }}
  template:
    metadata:
      {{- include "stenofleet.podMetadata" $pod | nindent 6 }}
    spec:
      {{- include "stenofleet.podSpec" $pod | nindent 6 }}
      {{- if .pool.database }}
      initContainers:
        {{- include "stenofleet.waitForDatabase" $pod | nindent 8 }}
      {{- end }}
      containers:
        - name: worker
          command: {{ include "stenofleet.poolCommand" . }}
          {{- include "stenofleet.container" $pod | nindent 10 }}
          {{- include "stenofleet.env" (dict "root" .root "workload" .pool "env" (include "stenofleet.poolEnv" . | fromYaml)) | nindent 10 }}
          {{- if $health }}
          ports:
            - {name: health, containerPort: 8081}
          {{- include "stenofleet.probes" (dict "port" "health") | nindent 10 }}
          {{- end }}
          volumeMounts:
            {{- include "stenofleet.volumeMounts" $pod | nindent 12 }}
      volumes:
        {{- include "stenofleet.volumes" $pod | nindent 8 }}
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
