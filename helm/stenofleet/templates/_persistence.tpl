{{/* Where a StatefulSet's data lies: a claim of its own, or the pod's folder; both take `persistence`. */}}

{{- define "stenofleet.dataVolume" -}}
{{- if not .enabled -}}
- name: data
  emptyDir:
    sizeLimit: {{ .size }}
{{- end -}}
{{- end -}}

{{- define "stenofleet.dataClaim" -}}
{{- if .enabled -}}
persistentVolumeClaimRetentionPolicy:
  whenScaled: Retain
  whenDeleted: {{ ternary "Retain" "Delete" .retain }}
volumeClaimTemplates:
  - metadata:
      name: data
    spec:
      accessModes: [ReadWriteOnce]
      {{- with .storageClassName }}
      storageClassName: {{ . }}
      {{- end }}
      resources:
        requests:
          storage: {{ .size }}
{{- end -}}
{{- end -}}
