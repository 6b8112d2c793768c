{{/* Names are cut to 40 characters, which leaves room for the longest suffix within the 63 of a label. */}}
{{- define "stenofleet.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- $full := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) -}}
{{- default $full .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* What selects a component's pods; a Deployment's selector can never change, so nor may these. */}}
{{- define "stenofleet.selectorLabels" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "stenofleet.labels" -}}
{{ include "stenofleet.selectorLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* The metadata of an object: (dict "root" $ "component" "api" "name" "suffix" "namespace" "other"). */}}
{{- define "stenofleet.metadata" -}}
name: {{ include "stenofleet.fullname" .root }}-{{ default .component .name }}
namespace: {{ default .root.Release.Namespace .namespace }}
labels:
  {{- include "stenofleet.labels" . | nindent 2 }}
{{- end -}}

{{/* Objects of the whole cluster bear the namespace in their names: releases may share a name. */}}
{{- define "stenofleet.clusterName" -}}
{{ .root.Release.Namespace }}-{{ include "stenofleet.fullname" .root }}-{{ .name }}
{{- end -}}

{{- define "stenofleet.clusterMetadata" -}}
name: {{ include "stenofleet.clusterName" . }}
labels:
  {{- include "stenofleet.labels" . | nindent 2 }}
{{- end -}}

{{/* Only Stenofleet's own images take the common registry and tag; others are named in full. */}}
{{- define "stenofleet.image" -}}
{{- $common := .root.Values.image -}}
{{- $own := hasPrefix "stenofleet/" .image.repository -}}
{{- $name := .image.repository -}}
{{- if and $own $common.registry }}{{ $name = printf "%s/%s" (trimSuffix "/" $common.registry) $name }}{{ end -}}
{{- $tag := .image.tag -}}
{{- if $own }}{{ $tag = coalesce .image.tag $common.tag .root.Chart.AppVersion }}{{ end -}}
{{- if .image.digest -}}
{{ $name }}@{{ .image.digest }}
{{- else if $tag -}}
{{ $name }}:{{ $tag }}
{{- else -}}
{{ $name }}
{{- end -}}
{{- end -}}

{{/* The folder of a file:// storage; empty for a bucket. */}}
{{- define "stenofleet.recordingsPath" -}}
{{- with .Values.storage.url }}{{ if hasPrefix "file://" . }}{{ trimPrefix "file://" . | trimSuffix "/" }}{{ end }}{{ end -}}
{{- end -}}

{{- define "stenofleet.recordingsClaim" -}}
{{- default (printf "%s-recordings" (include "stenofleet.fullname" .)) .Values.storage.volume.existingClaim -}}
{{- end -}}
