{
  "payloadType": "application/vnd.sluice.root+json",
  "signatures": [
    {
      "keyid": "sha256:34750f98bd59fcfc946da45aaabe933be154a4b5094e1c4abf42866505f3c97e",
      "sig": "itM_HiMNXCe-C9xYDmJeP18a2tn5S_3la_UIunnmSSXeXX35dVAG6kIVJwLPKcFMsokzcIsxjjh4gGX1MBNIBw"
    }
  ]
}
