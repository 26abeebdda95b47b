// Package icmpgen knows ICMP for both families: which messages there are, when
// one may be sent, what it says and how its bytes are built. It allocates nothing.
//
// It is for any program that forwards or refuses IP packets: a VPN, a tunnel, a
// load balancer, a user-space stack. Whoever has the packet as bytes calls Append:
//
//	answer, ok := icmpgen.Append(buf[:0], icmpgen.Spec{
//		Message: icmpgen.TooBig,
//		Source:  own, // an address of this node, of the packet's family
//		MTU:     1280,
//	}, packet)
//	if ok {
//		send(answer) // a whole IP datagram for the packet's source
//	}
//
// Whoever has a parsed wire.Packet asks Permitted and calls Spec.Build.
//
// Three things are the caller's, since no packet tells them:
//
//   - how many errors it sends (RFC 1812 §4.3.2.8, RFC 4443 §2.4 (f)):
//     Message.Kind says which of them share a bucket of package ratelimit;
//   - what is a broadcast, an anycast or a martian address on its links, and whether
//     it answers echo requests to many;
//   - the packet as it was received: before its TTL was decremented, or its
//     addresses were translated.
//
// An IPv4 error may be longer than Spec.MaxLen, if that is below 68 octets and
// the invoking header is long: its sender fragments it, as any datagram.
package icmpgen
