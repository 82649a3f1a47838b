{
  "payloadType": "application/vnd.sluice.revision+json",
  "signatures": [
    {
      "keyid": "sha256:6a3803d5f059902a1c6dafbc9ba4729212f7caac08634cc3ae76b27529f03827",
      "sig": "godtx7ScjsR1gSQ-ENL8v2ArLVkxDitXTVoxJ2U5tcfTKHiizKP-wgv7LUPerJYC9T_9AN-3A46J0mNeC8-7Cw"
    }
  ]
}
