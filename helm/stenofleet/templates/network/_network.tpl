{{/* Who reaches whom. Each part below is a list of a NetworkPolicy's rules, all with $ unless said. */}}

{{/* The components that use the broker of the chart's values, and those that use its database. */}}
{{- define "stenofleet.brokerClients" -}}
{{- $names := include "stenofleet.needsBroker" . | trim | replace "workers." "worker-" | splitList " " -}}
{{- if .Values.operator.enabled }}{{ $names = append $names "operator" }}{{ end -}}
{{- if include "stenofleet.testsServices" . }}{{ $names = append $names "test" }}{{ end -}}
{{- compact $names | toJson -}}
{{- end -}}

{{- define "stenofleet.databaseClients" -}}
{{- $needed := include "stenofleet.needsDatabase" . | trim -}}
{{- $names := $needed | replace "workers." "worker-" | splitList " " -}}
{{- if $needed }}{{ $names = append $names "migrate" }}{{ end -}}
{{- if include "stenofleet.testsServices" . }}{{ $names = append $names "test" }}{{ end -}}
{{- compact $names | toJson -}}
{{- end -}}

{{/* Whether `helm test` asks the API, the broker and the database. */}}
{{- define "stenofleet.testsServices" -}}
{{- if and .Values.helmTest.enabled .Values.api.enabled }}test{{ end -}}
{{- end -}}

{{- define "stenofleet.podsOf" -}}
podSelector:
  matchLabels:
    app.kubernetes.io/name: {{ .root.Chart.Name }}
    app.kubernetes.io/instance: {{ .root.Release.Name }}
  matchExpressions:
    - {key: app.kubernetes.io/component, operator: In, values: {{ toJson .components }}}
{{- end -}}

{{/* Addresses and ports as one rule: (dict "cidrs" (list) "ports" (list)). */}}
{{- define "stenofleet.toAddresses" -}}
- to:
    {{- range .cidrs }}
    - ipBlock: {cidr: {{ . | quote }}}
    {{- end }}
  ports:
    {{- range .ports }}
    - {protocol: TCP, port: {{ . }}}
    {{- end }}
{{- end -}}

{{/* A server of the chart's own, or the addresses of an external one: (dict "root" $ "server" "redis" "port" 6379 "own" "redis"). */}}
{{- define "stenofleet.toServer" -}}
{{- if .own -}}
- to:
    - {{- include "stenofleet.podsOf" (dict "root" .root "components" (list .server)) | nindent 6 }}
  ports:
    - {protocol: TCP, port: {{ .port }}}
{{- else -}}
{{- include "stenofleet.toAddresses" (get .root.Values.networkPolicy .server) -}}
{{- end -}}
{{- end -}}

{{- define "stenofleet.toRedis" -}}
{{- include "stenofleet.toServer" (dict "root" . "server" "redis" "port" 6379 "own" (include "stenofleet.ownRedis" .)) -}}
{{- end -}}

{{- define "stenofleet.toPostgresql" -}}
{{- include "stenofleet.toServer" (dict "root" . "server" "postgresql" "port" 5432 "own" (include "stenofleet.ownPostgresql" .)) -}}
{{- end -}}

{{- define "stenofleet.toApiServer" -}}
{{- include "stenofleet.toAddresses" (include "stenofleet.apiServer" . | fromYaml) -}}
{{- end -}}

{{/* Public addresses; those of a cluster, its nodes and their cloud are left out unless webhooks may go there. */}}
{{- define "stenofleet.toOutside" -}}
- to:
    - ipBlock:
        cidr: 0.0.0.0/0
        {{- if not .Values.settings.webhookAllowPrivate }}
        except: [10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16]
        {{- end }}
    - ipBlock:
        cidr: ::/0
        {{- if not .Values.settings.webhookAllowPrivate }}
        except: ["fc00::/7", "fe80::/10"]
        {{- end }}
{{- end -}}

{{/* Where the API server is: as told, else as the cluster that is installed to says; empty when neither does. */}}
{{- define "stenofleet.apiServer" -}}
{{- $told := .Values.networkPolicy.apiServer -}}
{{- $cidrs := $told.cidrs -}}
{{- $ports := $told.ports -}}
{{- if not $cidrs -}}
{{- $slice := lookup "discovery.k8s.io/v1" "EndpointSlice" "default" "kubernetes" -}}
{{- range $slice.endpoints }}{{ range .addresses }}{{ $cidrs = append $cidrs (include "stenofleet.alone" .) }}{{ end }}{{ end -}}
{{- range $slice.ports }}{{ $ports = append $ports (int .port) }}{{ end -}}
{{- /* Some network plugins see the address of the Service, before it is translated. */ -}}
{{- $service := lookup "v1" "Service" "default" "kubernetes" -}}
{{- range dig "spec" "clusterIPs" list $service }}{{ $cidrs = append $cidrs (include "stenofleet.alone" .) }}{{ end -}}
{{- end -}}
{{- dict "cidrs" (uniq $cidrs) "ports" (uniq $ports) | toYaml -}}
{{- end -}}

{{- define "stenofleet.alone" -}}
{{ . }}{{ ternary "/128" "/32" (contains ":" .) }}
{{- end -}}

{{- define "stenofleet.needsApiServer" -}}
{{- if .Values.operator.enabled }} operator{{ end -}}
{{- if .Values.crds.upgrade }} crds{{ end -}}
{{- end -}}

{{/* What `helm test` reaches: the API and what it uses, and the API server where there are pools to be told of. */}}
{{- define "stenofleet.testPolicy" -}}
{{- $egress := list -}}
{{- if include "stenofleet.testsServices" . -}}
{{- $api := include "stenofleet.toServer" (dict "root" . "server" "api" "port" 8000 "own" "api") -}}
{{- $egress = list $api (include "stenofleet.toRedis" .) (include "stenofleet.toPostgresql" .) -}}
{{- end -}}
{{- if include "stenofleet.testedPools" . }}{{ $egress = append $egress (include "stenofleet.toApiServer" .) }}{{ end -}}
{{- include "stenofleet.networkPolicy" (dict "root" . "component" "test" "egress" $egress) -}}
{{- end -}}

{{/* `helm test` reaches the API, also where its clients are told. */}}
{{- define "stenofleet.fromTest" -}}
{{- if and .Values.networkPolicy.clientsFrom (include "stenofleet.testsServices" .) -}}
{{- include "stenofleet.fromPeers" (dict "port" 8000 "from" (list (include "stenofleet.podsOf" (dict "root" . "components" (list "test")) | fromYaml))) -}}
{{- end -}}
{{- end -}}

{{/* What may come in at a port: (dict "from" (list of peers) "port" 8000); without peers, everybody. */}}
{{- define "stenofleet.fromPeers" -}}
- ports:
    - {protocol: TCP, port: {{ .port }}}
  {{- with .from }}
  from:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{/* Who reads metrics; nobody unless it is told. */}}
{{- define "stenofleet.fromMetrics" -}}
{{- with .root.Values.networkPolicy.metricsFrom -}}
{{- include "stenofleet.fromPeers" (dict "from" . "port" $.port) -}}
{{- end -}}
{{- end -}}

{{/* The policy of a component: (dict "root" $ "component" "api" "ingress" (list "yaml" ...) "egress" (list "yaml" ...)). */}}
{{- define "stenofleet.networkPolicy" -}}
{{- $policy := .root.Values.networkPolicy -}}
{{- $rules := dict "ingress" (default list (get $policy.extraIngress .component)) "egress" (default list (get $policy.extraEgress .component)) -}}
{{- range $way := list "ingress" "egress" -}}
{{- range default list (get $ $way) }}{{ $_ := set $rules $way (concat (include "stenofleet.asList" . | fromYamlArray) (get $rules $way)) }}{{ end -}}
{{- end -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "stenofleet.metadata" . | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "stenofleet.selectorLabels" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  {{- range $way, $list := $rules }}
  {{- with $list }}
  {{ $way }}:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- end }}
{{- end -}}

{{- define "stenofleet.asList" -}}
{{ default "[]" . }}
{{- end -}}
