{{/* Names are fixed: one agent to a namespace, and the agent refuses to touch RBAC objects of these names. */}}
{{- define "sluice-agent.clusterName" -}}
{{- printf "sluice-agent-%s" .Release.Namespace -}}
{{- end -}}

{{- define "sluice-agent.selector" -}}
app.kubernetes.io/name: sluice-agent
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "sluice-agent.labels" -}}
{{ include "sluice-agent.selector" . }}
app.kubernetes.io/component: agent
app.kubernetes.io/part-of: sluice
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.extraLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "sluice-agent.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Name of the Secret with the join line; empty when the agent has joined before. */}}
{{- define "sluice-agent.joinSecret" -}}
{{- if .Values.existingSecret -}}
{{ .Values.existingSecret }}
{{- else if .Values.join -}}
sluice-agent-join
{{- end -}}
{{- end -}}

{{- define "sluice-agent.caConfigMap" -}}
{{- if .Values.ca.existingConfigMap -}}
{{ .Values.ca.existingConfigMap }}
{{- else if .Values.ca.pem -}}
sluice-agent-ca
{{- end -}}
{{- end -}}

{{/* What applications are made of; with impersonation the agent watches it, and gets it for
     `sluice-agent status`, no more. Pods are listed to say why a revision is not ready; what is to
     be deleted is scaled to 0 first. */}}
{{- define "sluice-agent.workloadRules" -}}
{{- $read := "[get, list, watch]" }}
{{- $all := .Values.impersonation.enabled | ternary $read "[get, list, watch, create, patch, delete]" }}
{{- $claims := .Values.rbac.deleteClaims | ternary $all (.Values.impersonation.enabled | ternary $read "[get, list, watch, create, patch]") -}}
- apiGroups: [""]
  resources: [configmaps, serviceaccounts, services{{ if .Values.rbac.secrets }}, secrets{{ end }}]
  verbs: {{ $all }}
- apiGroups: [""]
  resources: [persistentvolumeclaims]
  verbs: {{ $claims }}
- apiGroups: [""]
  resources: [pods]
  verbs: [list]
- apiGroups: [apps]
  resources: [daemonsets, deployments, statefulsets]
  verbs: {{ $all }}
{{- if not .Values.impersonation.enabled }}
- apiGroups: [apps]
  resources: [deployments/scale, statefulsets/scale]
  verbs: [patch]
{{- end }}
- apiGroups: [batch]
  resources: [cronjobs, jobs]
  verbs: {{ $all }}
- apiGroups: [autoscaling]
  resources: [horizontalpodautoscalers]
  verbs: {{ $all }}
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: {{ $all }}
- apiGroups: [networking.k8s.io]
  resources: [ingresses, networkpolicies]
  verbs: {{ $all }}
- apiGroups: [networking.istio.io]
  resources: [virtualservices]
  verbs: {{ $all }}
- apiGroups: [gateway.networking.k8s.io]
  resources: [httproutes]
  verbs: {{ $all }}
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [list, watch]
{{- with .Values.rbac.extraRules }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "sluice-agent.subject" -}}
- kind: ServiceAccount
  name: sluice-agent
  namespace: {{ .Release.Namespace }}
{{- end -}}
