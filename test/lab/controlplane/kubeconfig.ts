/** Who the user of a kubeconfig is: a token, or a file that is read again when it changes. */
export type Credential = { readonly token: string } | { readonly tokenFile: string };

/** The text of a kubeconfig with one cluster, one user, one context. */
export function kubeconfigText(name: string, url: string, ca: string, credential: Credential): string {
  const user = 'token' in credential ? `token: ${credential.token}` : `tokenFile: ${credential.tokenFile}`;
  return `apiVersion: v1
kind: Config
clusters:
  - name: ${name}
    cluster:
      server: ${url}
      certificate-authority-data: ${Buffer.from(ca).toString('base64')}
users:
  - name: ${name}
    user:
      ${user}
contexts:
  - name: ${name}
    context: { cluster: ${name}, user: ${name} }
current-context: ${name}
`;
}
