{
  "payloadType": "application/vnd.sluice.freshness+json",
  "signatures": [
    {
      "keyid": "sha256:6a3803d5f059902a1c6dafbc9ba4729212f7caac08634cc3ae76b27529f03827",
      "sig": "ksTydlcB9fQ91ZNhF2d0YJeLGZLJYVWBiTcxkkJrWRC-EYDkJ8IpLk6Q5YWOYEhZunWzduSzDQhq0S1a7F13CQ"
    }
  ]
}
