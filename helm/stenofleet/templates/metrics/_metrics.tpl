{{/* Whether to make objects of Prometheus' operator: (dict "root" $ "when" "auto" "kind" "PodMonitor"); empty is no. */}}
{{- define "stenofleet.monitored" -}}
{{- $known := .root.Capabilities.APIVersions.Has (printf "monitoring.coreos.com/v1/%s" .kind) -}}
{{- if or (eq .when "always") (and (eq .when "auto") $known) }}yes{{ end -}}
{{- end -}}

{{- define "stenofleet.podMonitored" -}}
{{ include "stenofleet.monitored" (dict "root" . "when" .Values.metrics.monitors.when "kind" "PodMonitor") }}
{{- end -}}

{{/* The metadata of objects that a Prometheus selects: (dict "root" $ "component" "operator" "labels" (dict ...)). */}}
{{- define "stenofleet.selectedMetadata" -}}
{{- $metadata := include "stenofleet.metadata" . | fromYaml -}}
{{- $_ := set $metadata "labels" (merge $metadata.labels (deepCopy .labels)) -}}
{{- toYaml $metadata -}}
{{- end -}}

{{/* An endpoint of a monitor: (dict "root" $ "port" "http" "job" "stenofleet-api"). */}}
{{- define "stenofleet.endpoint" -}}
port: {{ .port }}
path: /metrics
{{- with .root.Values.metrics.monitors.interval }}
interval: {{ . }}
{{- end }}
{{- with .root.Values.metrics.monitors.scrapeTimeout }}
scrapeTimeout: {{ . }}
{{- end }}
# The operator's series bear the namespace of their pool.
honorLabels: {{ default false .honorLabels }}
relabelings:
  # Rules and dashboards know jobs by these names, whatever the release is called.
  - {targetLabel: job, replacement: {{ .job }}}
  - {sourceLabels: [__meta_kubernetes_pod_label_app_kubernetes_io_component], targetLabel: component}
  {{- with .pool }}
  - {sourceLabels: [__meta_kubernetes_pod_label_stenofleet_io_pool], targetLabel: pool}
  {{- end }}
{{- end -}}

{{/* A PodMonitor: (dict "root" $ "component" "operator" "select" (dict ...) "job" "stenofleet-operator"). */}}
{{- define "stenofleet.podMonitor" -}}
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata:
  {{- include "stenofleet.selectedMetadata" (dict "root" .root "component" .component "labels" .root.Values.metrics.monitors.labels) | nindent 2 }}
spec:
  selector:
    matchLabels:
      app.kubernetes.io/name: {{ .root.Chart.Name }}
      app.kubernetes.io/instance: {{ .root.Release.Name }}
    matchExpressions:
      - {{ toJson .select }}
  podMetricsEndpoints:
    - {{- include "stenofleet.endpoint" (merge (dict "port" "health") .) | nindent 6 }}
{{- end -}}
