{
  "payloadType": "application/vnd.sluice.report+json",
  "signatures": [
    {
      "keyid": "sha256:b62e867fa2f33afe62d5d6b1642e1621d543307846b2a57b897e710919b76709",
      "sig": "rzL7Zbhoiyy-UczEKTdL9OBttiR5oZbt4G7LRn-TlsGYvesWv-V7FCyeGsCr11M5YWe7PkyiY_Xa882Umc0CDw"
    }
  ]
}
