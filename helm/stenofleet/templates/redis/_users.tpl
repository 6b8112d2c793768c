{{/*
Users of the chart's own Redis: one for each service, with the keys, channels and commands that it
needs. `default` stays for people and probes, who have the password in the Secret of Redis itself.
*/}}

{{/* The users and what each may: a map of YAML lists, with those alone that somebody logs in as. */}}
{{- define "stenofleet.redisUsers" -}}
{{- $queues := include "stenofleet.redisQueues" . | fromJsonArray -}}
{{- $lists := include "stenofleet.redisLists" . | fromJsonArray -}}
{{- $celery := list "~_kombu.binding*" -}}
{{- $app := list "+@connection" "+@read" "+@write" "+@transaction" "+@scripting" "-@dangerous" "+info" "+time" -}}
{{- /* A pattern that is subscribed to must stand here letter by letter, so some do beside what covers them. */ -}}
{{- $workers := list "~unacked*" "~celery*" "~stenofleet:*" "~*.reply.celery.pidbox*" "&/0.celery*" "&/0.celery.pidbox" "&/0.celeryev/worker.*" "&/0.celeryev/*" "&celery-task*" "+@pubsub" -}}
{{- /* Batches of movements and their leases lie beside the list, whoever writes them. */ -}}
{{- $movements := list "~movement_logs" "~movement_logs:*" -}}
{{- /* Requests may wait for a task, and for a sign of life of the workers. */ -}}
{{- $waiting := list "%R~celery-task-meta-*" "&/0.celeryev/worker.*" "+subscribe" "+unsubscribe" -}}
{{- if .Values.api.enabled }}
api: {{ concat $app $celery $queues $lists $movements $waiting (list "~stenofleet:*") | uniq | toJson }}
{{- end }}
{{- if .Values.beat.enabled }}
beat: {{ concat $app $celery $queues | toJson }}
{{- end }}
{{- if include "stenofleet.poolsWith" (dict "root" . "key" "enabled") }}
worker: {{ concat $app $celery $queues $lists $movements $workers .Values.redis.workerKeys | uniq | toJson }}
{{- end }}
{{- if .Values.flower.enabled }}
flower: {{ concat $app $celery $queues $lists $workers | toJson }}
{{- end }}
{{- if include "stenofleet.poolsWith" (dict "root" . "key" "enabled") }}
operator: {{ concat (include "stenofleet.redisOperator" . | fromYamlArray) (include "stenofleet.redisReadable" (concat $queues $lists) | fromYamlArray) $queues | toJson }}
{{- end }}
{{- end -}}

{{/* What docs/operator-brokers.md says of the operator's rights, beside the queues. */}}
{{- define "stenofleet.redisOperator" -}}
# To look.
- +client|setname
- +select
- +ping
- +eval
- +evalsha
- +llen
- +lindex
- +lrange
- +zcard
- +zscore
- +zrangebyscore
- +zrevrange
- +hget
- +smembers
- "%R~_kombu.binding.*"
- "&/0.celeryev/worker.*"
{{- if .Values.operator.metrics.celeryExporter }}
- "&/0.celeryev/task.*"
{{- end }}
- +psubscribe
# To speak with workers.
- "&/0.celery.pidbox"
- +publish
- ~_kombu.binding.reply.celery.pidbox
- +sadd
- +srem
- ~*.reply.celery.pidbox
- +blpop
- +del
# To give back the tasks of workers that died.
- ~unacked
- ~unacked_index
- +hmget
- +watch
- +unwatch
- +multi
- +exec
- +zrem
- +hdel
- +rpush
{{- end -}}

{{- define "stenofleet.redisReadable" -}}
{{- range . }}
- {{ printf "%%R%s" . | quote }}
{{- end }}
{{- end -}}

{{/* Patterns of the pools' queues, with all their priority lists. */}}
{{- define "stenofleet.redisQueues" -}}
{{- $found := list -}}
{{- range .Values.workers -}}
{{- $pool := include "stenofleet.pool" (dict "root" $ "own" .) | fromYaml -}}
{{- if $pool.enabled }}{{ range $pool.queues }}{{ $found = append $found (printf "~%s*" .) }}{{ end }}{{ end -}}
{{- end -}}
{{- uniq $found | sortAlpha | toJson -}}
{{- end -}}

{{- define "stenofleet.redisLists" -}}
{{- $found := list -}}
{{- range .Values.workers -}}
{{- $pool := include "stenofleet.pool" (dict "root" $ "own" .) | fromYaml -}}
{{- if $pool.enabled }}{{ range $pool.lists }}{{ $found = append $found (printf "~%s" .key) }}{{ end }}{{ end -}}
{{- end -}}
{{- uniq $found | sortAlpha | toJson -}}
{{- end -}}

{{/* Redis' own file of users; it holds hashes, so that a password stands in its user's Secret alone. */}}
{{- define "stenofleet.redisAcl" -}}
user default on #{{ sha256sum (include "stenofleet.redisPassword" .) }} ~* &* +@all
{{- range $user, $rights := include "stenofleet.redisUsers" . | fromYaml }}
{{- $password := include "stenofleet.redisUserPassword" (dict "root" $ "user" $user) }}
user {{ $user }} on #{{ sha256sum $password }} resetchannels -@all {{ join " " $rights }}
{{- end }}
{{- end -}}

{{- define "stenofleet.redisUserPassword" -}}
{{- include "stenofleet.generated" (dict "root" .root "secret" (printf "redis-%s" .user) "key" "password") -}}
{{- end -}}

{{/* How a user reaches the chart's Redis: (dict "root" $ "user" "api"). */}}
{{- define "stenofleet.redisUserUrl" -}}
{{- $tls := .root.Values.redis.tls.enabled -}}
{{- $query := printf "?ssl_cert_reqs=required&ssl_ca_certs=%s" (include "stenofleet.redisCaFile" .root) -}}
{{ ternary "rediss" "redis" $tls }}://{{ .user }}:{{ .password }}@{{ include "stenofleet.fullname" .root }}-redis:6379/0{{ ternary $query "" $tls }}
{{- end -}}

{{/* The passwords of those whose pods are to be replaced with them. */}}
{{- define "stenofleet.redisPasswords" -}}
{{- if include "stenofleet.ownRedis" . -}}
{{- range $user := list "api" "beat" "worker" -}}
{{- if hasKey (include "stenofleet.redisUsers" $ | fromYaml) $user }}{{ include "stenofleet.redisUserPassword" (dict "root" $ "user" $user) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- end -}}
