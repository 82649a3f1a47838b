{
  "payloadType": "application/vnd.sluice.enrolment+json",
  "signatures": [
    {
      "keyid": "sha256:c5b940ed3f65c391965de8295fc5d25f474fa57b48d36eb10ad363b8539c1b79",
      "sig": "yIOcMxLJvw--sad697aIehz5eAMkK9I6MUdbg6MTc3H5iVCCl0If17d_zdd8VXZ_Ik-Fw7Vf-FCzaLB4pDWJCA"
    }
  ]
}
