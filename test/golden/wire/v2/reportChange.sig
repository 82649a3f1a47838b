{
  "payloadType": "application/vnd.sluice.report+json",
  "signatures": [
    {
      "keyid": "sha256:b62e867fa2f33afe62d5d6b1642e1621d543307846b2a57b897e710919b76709",
      "sig": "6SPcKLIUMHFL631aVFAn1c3IYvB4LYmnBFsl1p2z_V4YokBsRFYe-Vj-LY5vSuUXj4Lo4uMqBKfMwe8-vOrPDQ"
    }
  ]
}
