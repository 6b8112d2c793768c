{{/* Environment variables are composed as a map of name to value or valueFrom, so that no name comes twice. */}}

{{/* Where the URL stands by which a user reaches Redis; outside all are one: (dict "root" $ "user" "api"). */}}
{{- define "stenofleet.redisSecret" -}}
{{- $external := .root.Values.redis.externalUrlSecret -}}
name: {{ default (printf "%s-redis-%s" (include "stenofleet.fullname" .root) .user) $external.name }}
key: {{ $external.key }}
{{- end -}}

{{/* Who signed Redis' certificate: a Secret's name and key; empty without TLS, or by a public authority. */}}
{{- define "stenofleet.redisCa" -}}
{{- $redis := .Values.redis -}}
{{- if and (include "stenofleet.ownRedis" .) $redis.tls.enabled -}}
name: {{ $redis.tls.certificateSecret }}
key: ca.crt
{{- else if $redis.externalCaSecret.name -}}
{{- toYaml $redis.externalCaSecret -}}
{{- end -}}
{{- end -}}

{{- define "stenofleet.redisCaFile" -}}
/etc/stenofleet/redis/ca.crt
{{- end -}}

{{- define "stenofleet.postgresqlSecret" -}}
{{- $external := .Values.postgresql.externalUrlSecret -}}
name: {{ default (printf "%s-postgresql" (include "stenofleet.fullname" .)) $external.name }}
key: {{ $external.key }}
{{- end -}}

{{- define "stenofleet.secretKeySecret" -}}
{{- $existing := .Values.secretKey.existingSecret -}}
name: {{ default (printf "%s-secret-key" (include "stenofleet.fullname" .)) $existing.name }}
key: {{ $existing.key }}
{{- end -}}

{{- define "stenofleet.redisEnv" -}}
REDIS_URL:
  valueFrom:
    secretKeyRef: {{ include "stenofleet.redisSecret" . | fromYaml | toJson }}
{{ include "stenofleet.redisOpenEnv" (dict "root" .root "sentinel" (include "stenofleet.redisSentinel" .root | fromYaml)) }}
{{- end -}}

{{/* How the Sentinels of the chart's values are asked, in a WorkerPool's words; empty without. */}}
{{- define "stenofleet.redisSentinel" -}}
{{- with .Values.redis.sentinel -}}
{{- if .masterName }}
masterName: {{ .masterName }}
{{- if .passwordSecret.name }}
passwordSecretRef: {{ toJson .passwordSecret }}
{{- end }}
{{- end }}
{{- end -}}
{{- end -}}

{{/* What a URL of Redis leaves open: (dict "root" $ "sentinel" (dict ...)); "own" is true for a pool's own broker. */}}
{{- define "stenofleet.redisOpenEnv" -}}
{{- with .sentinel.masterName }}
REDIS_SENTINEL_MASTER: {{ . | quote }}
{{- end }}
{{- with .sentinel.passwordSecretRef }}
REDIS_SENTINEL_PASSWORD:
  valueFrom:
    secretKeyRef: {{ toJson . }}
{{- end }}
{{- if and (not .own) (include "stenofleet.redisCa" .root) }}
REDIS_CA_FILE: {{ include "stenofleet.redisCaFile" .root }}
{{- end }}
{{- end -}}

{{- define "stenofleet.databaseEnv" -}}
DATABASE_URL:
  valueFrom:
    secretKeyRef: {{ include "stenofleet.postgresqlSecret" . | fromYaml | toJson }}
{{- end -}}

{{- define "stenofleet.secretKeyEnv" -}}
STENOFLEET_SECRET_KEY:
  valueFrom:
    secretKeyRef: {{ include "stenofleet.secretKeySecret" . | fromYaml | toJson }}
{{- end -}}

{{/* Google's key, for those who speak with Google; empty where pods have an identity of their own. */}}
{{- define "stenofleet.googleEnv" -}}
{{- with .Values.google.credentialsSecret -}}
{{- if .name -}}
GOOGLE_APPLICATION_CREDENTIALS_JSON:
  valueFrom:
    secretKeyRef: {{ toJson . }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A map of variables as the list that Kubernetes wants. */}}
{{- define "stenofleet.envList" -}}
{{- $list := list -}}
{{- range $name, $value := . -}}
{{- $source := kindIs "map" $value | ternary $value (dict "value" $value) -}}
{{- $list = append $list (mergeOverwrite (dict "name" $name) $source) -}}
{{- end -}}
{{- toYaml $list -}}
{{- end -}}

{{/* Settings that Stenofleet's own pods share, as `envFrom` and `env` of a container: (dict "root" $ "env" (dict ...)). */}}
{{- define "stenofleet.env" -}}
envFrom:
  - configMapRef:
      name: {{ include "stenofleet.fullname" .root }}-config
env:
  {{- toYaml .env | nindent 2 }}
{{- end -}}

{{/* The sources of a container's variables, and after them the Secrets that the workload's values name. */}}
{{- define "stenofleet.envFrom" -}}
{{- $list := default list .own.envFrom -}}
{{- range .workload.envFromSecrets }}{{ $list = append $list (dict "secretRef" (dict "name" .)) }}{{ end -}}
{{- toYaml $list -}}
{{- end -}}

{{/* Pods are replaced when their settings or generated credentials change. */}}
{{- define "stenofleet.checksum" -}}
{{- $config := include "stenofleet.config" . -}}
{{- $redis := include "stenofleet.redisPasswords" . -}}
{{- $postgresql := include "stenofleet.postgresqlUrl" . -}}
{{- list $config $redis $postgresql (include "stenofleet.secretKey" .) | join "\n" | sha256sum -}}
{{- end -}}

{{- define "stenofleet.config" -}}
{{- with .Values.settings -}}
STENOFLEET_LOG_LEVEL: {{ .logLevel | quote }}
STENOFLEET_LOG_FORMAT: {{ .logFormat | quote }}
STENOFLEET_AUTH_MODE: {{ .authMode | quote }}
STENOFLEET_RATE_PER_MINUTE: {{ int64 .ratePerMinute | quote }}
STENOFLEET_WEBHOOK_ALLOW_PRIVATE: {{ .webhookAllowPrivate | quote }}
STENOFLEET_WEBHOOK_ALLOW_HTTP: {{ .webhookAllowHttp | quote }}
STENOFLEET_PUBLIC_URL: {{ .publicUrl | quote }}
STENOFLEET_MAX_UPLOAD_BYTES: {{ int64 .maxUploadBytes | quote }}
STENOFLEET_UPLOAD_URL_TTL: {{ int64 .uploadUrlTtl | quote }}
STENOFLEET_MAX_DURATION_SECONDS: {{ int64 .maxDurationSeconds | quote }}
STENOFLEET_UPLOAD_TTL: {{ int64 .uploadTtl | quote }}
{{- with .retentionDays }}
STENOFLEET_RETENTION_DAYS: {{ . | quote }}
{{- end }}
STENOFLEET_VISIBILITY_TIMEOUT: {{ int64 .visibilityTimeout | quote }}
STENOFLEET_RESULT_EXPIRES: {{ int64 .resultExpires | quote }}
STENOFLEET_OUTBOX_CONFIRM_SECONDS: {{ int64 .outboxConfirmSeconds | quote }}
STENOFLEET_LEASE_SECONDS: {{ int64 .leaseSeconds | quote }}
STENOFLEET_DB_POOL_SIZE: {{ int64 .databasePoolSize | quote }}
STENOFLEET_OPENAI_TIMEOUT: {{ int64 .openaiTimeout | quote }}
STENOFLEET_OPENAI_GRACE: {{ int64 .openaiGrace | quote }}
STENOFLEET_MOVEMENT_QUEUE_LIMIT: {{ int64 .movementQueueLimit | quote }}
STENOFLEET_MOVEMENT_REPLICAS: {{ int64 .movementReplicas | quote }}
STENOFLEET_REQUIRE_CONFIRM: {{ .requireConfirm | quote }}
STENOFLEET_MOVEMENT_BATCH_SIZE: {{ int64 .movementBatchSize | quote }}
STENOFLEET_MOVEMENT_LEASE_SECONDS: {{ int64 .movementLeaseSeconds | quote }}
{{- with .movementRetentionDays }}
STENOFLEET_MOVEMENT_RETENTION_DAYS: {{ int64 . | quote }}
{{- end }}
{{- with .movementDeadLetterDays }}
STENOFLEET_MOVEMENT_DEAD_LETTER_DAYS: {{ int64 . | quote }}
{{- end }}
STENOFLEET_WHISPER_MODEL: {{ .whisperModel | quote }}
STENOFLEET_WHISPER_MODEL_DIR: {{ .whisperModelDir | quote }}
STENOFLEET_SPEAKER_MODEL: {{ .speakerModel | quote }}
{{- end }}
{{- with .Values.google }}
{{- if .projectId }}
GOOGLE_PROJECT_ID: {{ .projectId | quote }}
STENOFLEET_GOOGLE_STAGING_URL: {{ .stagingUrl | quote }}
STENOFLEET_GOOGLE_LOCATION: {{ .location | quote }}
STENOFLEET_GOOGLE_MODEL: {{ .model | quote }}
STENOFLEET_GOOGLE_DYNAMIC_BATCHING: {{ .dynamicBatching | quote }}
STENOFLEET_GOOGLE_PRICE_PER_MINUTE: {{ .pricePerMinute | quote }}
{{- end }}
{{- end }}
{{- with .Values.tracing }}
{{- if .endpoint }}
STENOFLEET_TRACING_ENDPOINT: {{ .endpoint | quote }}
STENOFLEET_TRACING_RATIO: {{ .ratio | quote }}
{{- end }}
{{- end }}
STENOFLEET_HEALTH_PORT: "8081"
STENOFLEET_STORAGE_URL: {{ .Values.storage.url | quote }}
{{- end -}}
