package wire

// Options that are padding (RFC 8200 §4.2).
const (
	optionPad1 = 0
	optionPadN = 1
)

// The two high bits of an option's type say what becomes of the packet where the
// option is not recognized (RFC 8200 §4.2).
const (
	optionAction        = 0xc0
	optionDiscard       = 0x40
	optionReport        = 0x80
	optionReportUnicast = 0xc0
)

// inspectOptions walks the options of the header of size octets at that place.
// None but padding is recognized. Router Alert asks to be skipped, and nobody
// here waits for it (RFC 2711 §2.1); a Jumbo Payload asks for an error.
func (p *Packet) inspectOptions(at, size, limit int) Fault {
	end := at + size
	for at += 2; at < end; {
		kind := p.Data[at]
		if kind == optionPad1 {
			at++
			continue
		}
		if kind != optionPadN {
			if limit <= 0 {
				return Fault{FaultTooManyOptions, at}
			}
			limit--
			if f := p.unrecognized(at); f.Kind != FaultNone {
				return f
			}
		}
		if at+1 == end {
			return Fault{FaultField, at} // no room for its length (RFC 4443 §3.4)
		}
		next := at + 2 + int(p.Data[at+1])
		if next > end {
			return Fault{FaultField, at + 1} // its length, beyond the header
		}
		at = next
	}
	return Fault{}
}

// unrecognized says what the type of the option at that place asks for.
func (p *Packet) unrecognized(at int) Fault {
	switch p.Data[at] & optionAction {
	case optionDiscard:
		return Fault{FaultSilentOption, at}
	case optionReport:
		return Fault{FaultOption, at}
	case optionReportUnicast:
		if p.Dst.IsMulticast() {
			return Fault{FaultSilentOption, at}
		}
		return Fault{FaultOption, at}
	}
	return Fault{}
}
