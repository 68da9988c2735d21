/** Made with `ssh-keygen -Y sign -n git` of OpenSSH 9.2; the last one with `-n file`. */
export const signedBySsh = {
  payload:
    "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nmsg\n",
  ed25519: {
    publicKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFPBmboDCNIwxycmKiIe1t6IiAaY7nwKJkTTDxfgqvSL test",
    signature: [
      "-----BEGIN SSH SIGNATURE-----",
      "U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgU8GZugMI0jDHJyYqIh7W3oiIBp",
      "jufAomRNMPF+Cq9IsAAAADZ2l0AAAAAAAAAAZzaGE1MTIAAABTAAAAC3NzaC1lZDI1NTE5",
      "AAAAQGEp7P0Av5OGuUrLRfyaXKMYBmmNLN1WIS1xn++M5kGAGHQgUHnTk8AA4JSfqkP1un",
      "bhWAZt/fv2RoWLdUdnbwE=",
      "-----END SSH SIGNATURE-----",
    ].join("\n"),
  },
  rsa: {
    publicKey:
      "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCrzlH4/HQy1V/GfPNCE8IdIcZApDUAAFkucy2UeKV231EcRgQ1wVn9bYfgr/LdMkq34kzqHFlVwb1MbW+SZtU92bh2J/u1k+DRfr7j2l6ck/jfh222gAiQFPc3vGLN1hSnvEl0hI2ExDyIv1lf1/2Ta/tety6TfUHXtgsJxwQ3rEtyP2p1SVQuIrwhJQlxuHrox97D1Cf7yvZiLSCrQO4jb/mSWlOJfs4l26P4QNBkXBukjMLHuz+qDCYaabQe9X6rOPVfmeDztOOvBu16cGXTfDsM0+pkBjNvyls4TX97gEQYwZ7GA1r2h8/H5/bFnbM+3Qa+TDcgtglazA/DRjXt test",
    signature: [
      "-----BEGIN SSH SIGNATURE-----",
      "U1NIU0lHAAAAAQAAARcAAAAHc3NoLXJzYQAAAAMBAAEAAAEBAKvOUfj8dDLVX8Z880ITwh",
      "0hxkCkNQAAWS5zLZR4pXbfURxGBDXBWf1th+Cv8t0ySrfiTOocWVXBvUxtb5Jm1T3ZuHYn",
      "+7WT4NF+vuPaXpyT+N+HbbaACJAU9ze8Ys3WFKe8SXSEjYTEPIi/WV/X/ZNr+163LpN9Qd",
      "e2CwnHBDesS3I/anVJVC4ivCElCXG4eujH3sPUJ/vK9mItIKtA7iNv+ZJaU4l+ziXbo/hA",
      "0GRcG6SMwse7P6oMJhpptB71fqs49V+Z4PO0468G7XpwZdN8OwzT6mQGM2/KWzhNf3uARB",
      "jBnsYDWvaHz8fn9sWdsz7dBr5MNyC2CVrMD8NGNe0AAAADZ2l0AAAAAAAAAAZzaGE1MTIA",
      "AAEUAAAADHJzYS1zaGEyLTUxMgAAAQBZ3YRKX9/oPo1tDSGwxUEtKIdgHHpI+EZ4ZTLej9",
      "1VBuN4Jk43EOztmTeSIRNOhel0oIeQZJUQijBLIRPv8egklchaHtA6SM49YX4rAzkb3glr",
      "vQkgO6SYri1LVTiBiFrHDZkbB3A+4/2hL9EPNZLRHGQB+Gd6ljVAyZZHRJMoUHoLVfKQ0i",
      "qrSBrbngyHrhCj7IdPxuwOp59AQCq1Ut0rWRdr7dOr8dV5PEMwKeUb6w4GwthjHUW+76Yz",
      "mQ0vLTZj9XhxN7f7ShjzzfEElMy/b9i7L/pIT3p9xwTi76aVY+lmYKeY9uGVb+pZ6sbG4c",
      "3K7KCi/Yw2cf1nyDAVi+Jb",
      "-----END SSH SIGNATURE-----",
    ].join("\n"),
  },
  ecdsa: {
    publicKey:
      "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBG2u1c65YPvNOfZNL/JlDJP8GoZf5oQ0QWslyoBLoI2jlw6F3Fx8dXldYT+DiE+rSeI3NO4b3ZiZX17ubyPZLt4= test",
    signature: [
      "-----BEGIN SSH SIGNATURE-----",
      "U1NIU0lHAAAAAQAAAGgAAAATZWNkc2Etc2hhMi1uaXN0cDI1NgAAAAhuaXN0cDI1NgAAAE",
      "EEba7Vzrlg+8059k0v8mUMk/wahl/mhDRBayXKgEugjaOXDoXcXHx1eV1hP4OIT6tJ4jc0",
      "7hvdmJlfXu5vI9ku3gAAAANnaXQAAAAAAAAABnNoYTUxMgAAAGQAAAATZWNkc2Etc2hhMi",
      "1uaXN0cDI1NgAAAEkAAAAhAO+XAQOxTcC/njbW8Mx21B1eplAPSMLKmyOZYHG89bnDAAAA",
      "IEshrsBfG97iLuif78IuNzMlSVAgCr8o4CNQxB+EsueP",
      "-----END SSH SIGNATURE-----",
    ].join("\n"),
  },
  ecdsa521: {
    publicKey:
      "ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAEmZduCoE9wYpYhDpbzg7O4Tex5CSlx+WFoK29T+0xIHHJpjYjvErWI6UPKYDjIDKYU1t04+xSPnod+exl7J3yyDwG3k49xyqfvBLpLIqdEp3JNHIk4IbY/cVCaR+9KZdC4vv46OjCK8IbL3ct6NALjX50xj/Egr3tZXF4cQR8mH9WvyA== test",
    signature: [
      "-----BEGIN SSH SIGNATURE-----",
      "U1NIU0lHAAAAAQAAAKwAAAATZWNkc2Etc2hhMi1uaXN0cDUyMQAAAAhuaXN0cDUyMQAAAI",
      "UEASZl24KgT3BiliEOlvODs7hN7HkJKXH5YWgrb1P7TEgccmmNiO8StYjpQ8pgOMgMphTW",
      "3Tj7FI+eh357GXsnfLIPAbeTj3HKp+8Euksip0Snck0ciTghtj9xUJpH70pl0Li+/jo6MI",
      "rwhsvdy3o0AuNfnTGP8SCve1lcXhxBHyYf1a/IAAAAA2dpdAAAAAAAAAAGc2hhNTEyAAAA",
      "pQAAABNlY2RzYS1zaGEyLW5pc3RwNTIxAAAAigAAAEIBBfy3n5UkHIg8GvE0cT2JMbX06T",
      "SeSmrtWluuXuHKBDbgHDVNkgdcG4dHDED2dNddicF3bxr15sJEaKAGETdwpRYAAABAH9Kx",
      "WvQHJJ0UfuCW3+LNBNBPcgujb+syo6La9/HXL9FPRGE6ZTUH4tj3NmJfEy/GhasHp/J6ub",
      "0U03rz38zONA==",
      "-----END SSH SIGNATURE-----",
    ].join("\n"),
  },
  file: {
    publicKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFPBmboDCNIwxycmKiIe1t6IiAaY7nwKJkTTDxfgqvSL test",
    signature: [
      "-----BEGIN SSH SIGNATURE-----",
      "U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgU8GZugMI0jDHJyYqIh7W3oiIBp",
      "jufAomRNMPF+Cq9IsAAAAEZmlsZQAAAAAAAAAGc2hhNTEyAAAAUwAAAAtzc2gtZWQyNTUx",
      "OQAAAEAyfTVFk01lbLvAcGsqYGFFme2M1x0CY3Aekz5XSigjcrWTi2fiTGjxdDZ62RoGdG",
      "BzvLgyKFL9pM2/+yvDVo4E",
      "-----END SSH SIGNATURE-----",
    ].join("\n"),
  },
} as const;
