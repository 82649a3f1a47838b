{
  "payloadType": "application/vnd.sluice.report+json",
  "signatures": [
    {
      "keyid": "sha256:b62e867fa2f33afe62d5d6b1642e1621d543307846b2a57b897e710919b76709",
      "sig": "o91GlW38gaJFx31n7tONnaP9ulBmScbeH6oUwGwYB6UOTkTRmlBMXS2I6Pu1Eh2_x1XlaAB9OpKH9UonbppdCQ"
    }
  ]
}
