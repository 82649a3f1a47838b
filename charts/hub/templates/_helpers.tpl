{{/* Several hubs may live in one namespace: names follow the release. */}}
{{- define "sluice-hub.name" -}}
{{- if contains "sluice-hub" .Release.Name -}}
{{ .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-sluice-hub" .Release.Name | trunc 52 | trimSuffix "-" }}
{{- end -}}
{{- end -}}

{{- define "sluice-hub.selector" -}}
app.kubernetes.io/name: sluice-hub
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "sluice-hub.labels" -}}
{{ include "sluice-hub.selector" . }}
app.kubernetes.io/component: hub
app.kubernetes.io/part-of: sluice
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.extraLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "sluice-hub.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "sluice-hub.caConfigMap" -}}
{{- if .Values.ca.existingConfigMap -}}
{{ .Values.ca.existingConfigMap }}
{{- else if .Values.ca.pem -}}
{{ include "sluice-hub.name" . }}-ca
{{- end -}}
{{- end -}}

{{/* The configuration file of the hub. */}}
{{- define "sluice-hub.config" -}}
data: /var/lib/sluice
source:
  url: {{ .Values.source.url | quote }}
  {{- with .Values.source.branch }}
  branch: {{ . | quote }}
  {{- end }}
  {{- with .Values.source.poll }}
  poll: {{ . | quote }}
  {{- end }}
  {{- with .Values.source.paths }}
  paths: {{ toJson . }}
  {{- end }}
  {{- with .Values.source.exclude }}
  exclude: {{ toJson . }}
  {{- end }}
  {{- if .Values.source.existingSecret }}
  tokenFile: /etc/sluice/source/token
  {{- end }}
  {{- if include "sluice-hub.caConfigMap" . }}
  caFile: /etc/sluice/ca/ca.crt
  {{- end }}
{{- range $name := list "channel" "ledger" }}
{{- with index $.Values $name }}
{{- if .url }}
{{ $name }}:
  url: {{ .url | quote }}
  {{- if .existingSecret }}
  tokenFile: /etc/sluice/{{ $name }}/token
  {{- end }}
  {{- if include "sluice-hub.caConfigMap" $ }}
  caFile: /etc/sluice/ca/ca.crt
  {{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- if .Values.ledger.keySecret }}
keyFile: /etc/sluice/key/hub.key
{{- end }}
{{- if .Values.keys.existingSecret }}
beginLedger: true
{{- end }}
{{- with .Values.localCluster }}
localCluster: {{ . | quote }}
{{- end }}
listen:
  host: 0.0.0.0
  port: {{ .Values.port }}
  publicUrl: {{ .Values.publicUrl | quote }}
  {{- if .Values.tls.existingSecret }}
  certFile: /etc/sluice/tls/tls.crt
  keyFile: /etc/sluice/tls/tls.key
  {{- end }}
{{- if .Values.webhook.existingSecret }}
webhookSecretFile: /etc/sluice/webhook/secret
{{- end }}
{{- if .Values.metrics.existingSecret }}
metricsTokenFile: /etc/sluice/metrics/token
{{- end }}
heartbeatSeconds: {{ .Values.heartbeatSeconds }}
freshFor: {{ .Values.freshFor }}
volumes:
  for: {{ .Values.volumes.for }}
  mebibytes: {{ .Values.volumes.mebibytes }}
render:
  templateSeconds: {{ .Values.render.templateSeconds }}
  applicationSeconds: {{ .Values.render.applicationSeconds }}
{{- with .Values.effects }}
{{- if or .allow .secrets }}
effects:
  allow: {{ toJson .allow }}
  {{- if .secrets }}
  secretsDir: /etc/sluice/effects
  {{- end }}
{{- end }}
{{- end }}
log:
  level: {{ .Values.log.level }}
  format: {{ .Values.log.format }}
{{- end -}}
