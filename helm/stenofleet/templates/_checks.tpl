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
{{- include "stenofleet.checkSecret" (dict "at" "redis.externalCaSecret" "value" .Values.redis.externalCaSecret "default" "ca.crt") -}}
{{- include "stenofleet.checkSecret" (dict "at" "redis.sentinel.passwordSecret" "value" .Values.redis.sentinel.passwordSecret "default" "password") -}}
{{- include "stenofleet.checkSecret" (dict "at" "postgresql.externalUrlSecret" "value" .Values.postgresql.externalUrlSecret "default" "url") -}}
{{- include "stenofleet.checkSecret" (dict "at" "secretKey.existingSecret" "value" .Values.secretKey.existingSecret "default" "secret-key") -}}
{{- include "stenofleet.checkSecret" (dict "at" "flower.basicAuthSecret" "value" .Values.flower.basicAuthSecret "default" "basic-auth") -}}
{{- include "stenofleet.checkSecret" (dict "at" "google.credentialsSecret" "value" .Values.google.credentialsSecret "default" "GOOGLE_APPLICATION_CREDENTIALS_JSON") -}}
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

{{- define "stenofleet.checkRedis" -}}
{{- with .Values.redis -}}
{{- if and .tls.enabled (not .tls.certificateSecret) }}
redis.tls.enabled is true and redis.tls.certificateSecret is empty: set it to an existing Secret with tls.crt, tls.key and ca.crt.
{{- end }}
{{- if and .tls.enabled .externalUrlSecret.name }}
redis.tls is of the Redis that the chart deploys, and redis.externalUrlSecret names another: put rediss:// in that URL, and set redis.tls.enabled to false.
{{- end }}
{{- if and .sentinel.masterName (not .externalUrlSecret.name) }}
redis.sentinel.masterName is {{ .sentinel.masterName | quote }} and redis.externalUrlSecret.name is empty: set it to a Secret with a sentinel:// URL, or leave masterName out.
{{- end }}
{{- if and .sentinel.passwordSecret.name (not .sentinel.masterName) }}
redis.sentinel.passwordSecret names a Secret and redis.sentinel.masterName is empty: set it to the name by which the Sentinels know the master.
{{- end }}
{{- $limit := dig "limits" "memory" "" .resources }}
{{- if and (include "stenofleet.ownRedis" $) (not .maxmemory) (not $limit) }}
redis.maxmemory and redis.resources.limits.memory are both empty: set one, or Redis takes the node's memory.
{{- end }}
{{- end }}
{{- end -}}

{{- define "stenofleet.checkStorage" -}}
{{- if not (regexMatch "^(file:///|gs://|s3://)[^/]" .Values.storage.url) }}
storage.url is {{ .Values.storage.url | quote }}: set it to file:///folder, gs://bucket or s3://bucket.
{{- end }}
{{- end -}}

{{/* A claim that one node, or one pod, alone can mount, and pods that would wait for it elsewhere for ever. */}}
{{- define "stenofleet.checkRecordings" -}}
{{- $volume := .Values.storage.volume -}}
{{- if and (include "stenofleet.recordingsPath" .) (not $volume.existingClaim) (not (has "ReadWriteMany" $volume.accessModes)) -}}
{{- $all := 0 -}}
{{- $told := list -}}
{{- range $name, $most := include "stenofleet.recordingsPods" . | fromYaml -}}
{{- $all = add $all $most -}}
{{- $told = append $told (printf "%s (%s%v)" $name (ternary "up to " "" (gt (int $most) 1)) $most) -}}
{{- end -}}
{{- if and (gt $all 1) (not (has "ReadWriteOnce" $volume.accessModes)) }}
storage.volume.accessModes is {{ toJson $volume.accessModes }}, which one pod alone can mount, and these use recordings: {{ join ", " $told }}. Set it to [ReadWriteMany] with a storage class that has it, or storage.url to a bucket.
{{- else if and (gt $all 1) (not $volume.singleNode) }}
storage.volume.accessModes is {{ toJson $volume.accessModes }}, which one node alone can mount, and pods that use recordings may run on several: {{ join ", " $told }}. Set it to [ReadWriteMany] with a storage class that has it, or storage.url to a bucket; where the cluster has one node, set storage.volume.singleNode to true.
{{- end }}
{{- end }}
{{- end -}}

{{- define "stenofleet.checkIngress" -}}
{{- if and .Values.api.ingress.enabled (not .Values.api.ingress.host) }}
api.ingress.enabled is true and api.ingress.host is empty: set api.ingress.host to the name under which users reach the API.
{{- end }}
{{- range $way := list "ingress" "route" "autoscaling" }}
{{- if and (get $.Values.api $way).enabled (not $.Values.api.enabled) }}
api.{{ $way }}.enabled is true and api.enabled is false: there is no API to be reached; set api.{{ $way }}.enabled to false.
{{- end }}
{{- end }}
{{- end -}}

{{- define "stenofleet.checkRoute" -}}
{{- with .Values.api.route -}}
{{- if and .enabled (not .hostnames) }}
api.route.enabled is true and api.route.hostnames is empty: set it to the names under which users reach the API.
{{- end }}
{{- if and .enabled (not .parentRefs) (not .gateway.className) }}
api.route.enabled is true, and there is no Gateway: name yours in api.route.parentRefs, or set api.route.gateway.className to have one made.
{{- end }}
{{- if and .parentRefs .gateway.className }}
api.route.parentRefs names a Gateway, and api.route.gateway.className would make another: empty one of them.
{{- end }}
{{- end }}
{{- end -}}

{{- define "stenofleet.checkAutoscaling" -}}
{{- with .Values.api.autoscaling -}}
{{- if gt (int .minReplicas) (int .maxReplicas) }}
api.autoscaling.minReplicas is {{ .minReplicas }}, above maxReplicas, which is {{ .maxReplicas }}: set minReplicas to at most {{ .maxReplicas }}, or raise maxReplicas.
{{- end }}
{{- if and .enabled (not .metrics) (not (dig "requests" "cpu" "" $.Values.api.resources)) }}
api.autoscaling.cpuUtilization is percent of api.resources.requests.cpu, which is empty: set it, or name other metrics in api.autoscaling.metrics.
{{- end }}
{{- end }}
{{- end -}}

{{- define "stenofleet.checkFlower" -}}
{{- if and .Values.flower.enabled (not .Values.flower.basicAuthSecret.name) }}
flower.enabled is true and flower.basicAuthSecret.name is empty: set it to an existing Secret with user:password, for whoever reaches Flower may revoke tasks.
{{- end }}
{{- end -}}

{{- define "stenofleet.checkGoogle" -}}
{{- with .Values.google -}}
{{- if and .projectId (not .credentialsSecret.name) (not .workloadIdentity) }}
google.projectId is {{ .projectId | quote }}, and there are no credentials for Google: set google.credentialsSecret.name to a Secret with a service account's key, or google.workloadIdentity to true where the pods have an identity of their own.
{{- end }}
{{- if and .credentialsSecret.name (not .projectId) }}
google.credentialsSecret.name is {{ .credentialsSecret.name | quote }} and google.projectId is empty: set google.projectId, which turns Google on, or leave the Secret out.
{{- end }}
{{- if and .projectId (not .stagingUrl) (not (hasPrefix "gs://" $.Values.storage.url)) }}
google.projectId is set, storage.url is {{ $.Values.storage.url | quote }} and google.stagingUrl is empty: Google reads recordings from gs:// only; set google.stagingUrl to gs://bucket/folder.
{{- end }}
{{- if and .stagingUrl (not (hasPrefix "gs://" .stagingUrl)) }}
google.stagingUrl is {{ .stagingUrl | quote }}: set it to gs://bucket/folder, for Google reads no other store.
{{- end }}
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

{{- define "stenofleet.checkNetwork" -}}
{{- if .Values.networkPolicy.enabled -}}
{{- if and (include "stenofleet.needsApiServer" .) (not (include "stenofleet.apiServer" . | fromYaml).cidrs) }}
networkPolicy.apiServer.cidrs is empty and no cluster could be asked: set it to the addresses of the API server (kubectl get endpointslices kubernetes), for {{ include "stenofleet.needsApiServer" . | trim | replace " " " and " }}.
{{- end }}
{{- $elsewhere := .Values.operator.brokerSecrets -}}
{{- range .Values.workers }}{{ with dig "broker" "urlSecretRef" "name" "" . }}{{ $elsewhere = append $elsewhere . }}{{ end }}{{ end -}}
{{- if and .Values.operator.enabled $elsewhere (not (get .Values.networkPolicy.extraEgress "operator")) }}
networkPolicy.extraEgress.operator is empty, and the operator reads brokers by {{ join ", " $elsewhere }}: set it to where these are.
{{- end }}
{{- range $server := list "redis" "postgresql" }}
{{- if and (get $.Values $server).externalUrlSecret.name (not (get $.Values.networkPolicy $server).cidrs) }}
networkPolicy.{{ $server }}.cidrs is empty and {{ $server }}.externalUrlSecret names an external one: set it to its addresses, or nobody reaches it.
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "stenofleet.checkDev" -}}
{{- if and .Values.dev.sync (ne .Values.settings.authMode "none") }}
dev.sync is true and settings.authMode is {{ .Values.settings.authMode | quote }}: code that changes in running pods is for a developer's own release, which asks for no keys; set dev.sync to false, or settings.authMode to none.
{{- end }}
{{- end -}}

{{/* Fails with every sentence at once, so that one correction does not uncover the next. */}}
{{- define "stenofleet.check" -}}
{{- $found := list -}}
{{- range list "checkPools" "checkSecrets" "checkServers" "checkRedis" "checkStorage" "checkRecordings" "checkIngress" "checkRoute" "checkAutoscaling" "checkFlower" "checkGoogle" "checkNetwork" "checkOperator" "checkDev" -}}
{{- $found = append $found (include (printf "stenofleet.%s" .) $) -}}
{{- end -}}
{{- with join "" $found | trim }}{{ fail (printf "these values contradict each other\n%s" .) }}{{ end -}}
{{- end -}}
