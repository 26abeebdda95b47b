package config

// wired is a network of three nodes without mistakes, from which others are made.
const wired = `{
  "routing": "shortest-path",
  "nodes": {
    "r1": { "interfaces": {
      "left": { "addresses": ["10.1.0.1/24", "fd00:1::1/64"], "tun": { "netns": "client", "name": "tun0", "addresses": ["10.1.0.2/24"] } },
      "up": { "addresses": ["10.0.0.0/31", "fd00::/127"] } } },
    "r2": { "interfaces": { "down": { "addresses": ["10.0.0.1/31", "fd00::1/127"] } } },
    "r3.example": { "loopbacks": ["10.255.0.3", "fd00:ffff::3"] }
  },
  "links": [
    { "between": ["r1:up", "r2:down"], "mtu": 1400,
      "both": { "rate": "50mbit", "delay": "20ms" },
      "to_r2": { "loss": "1%" } },
    { "between": ["r2", "r3.example"] }
  ]
}
`
