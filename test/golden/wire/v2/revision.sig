{
  "payloadType": "application/vnd.sluice.revision+json",
  "signatures": [
    {
      "keyid": "sha256:6a3803d5f059902a1c6dafbc9ba4729212f7caac08634cc3ae76b27529f03827",
      "sig": "LlPBsTMxJeVeBmElD4ZkFLSRlKpaDUJe05xZmJ1gQNDX2nHuoaQlwwvX8xUkXV4i8z8sKmLOgsP-0has0PVVBA"
    }
  ]
}
