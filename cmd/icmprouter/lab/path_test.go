package lab

import (
	"fmt"
	"testing"

	"github.com/icmprouter/icmprouter/config"
)

// Each path is a configuration without a mistake, in which all but the far end of the last link are hops.
func TestPathIsConfiguration(t *testing.T) {
	for _, hops := range []int{1, 2, 3, MostHops} {
		for _, p := range []Path{{}, {MTU: 1400}, {MTU: 576}, {MTU: 9000}, {Delay: "20ms", Loss: "1%", Rate: "50mbit", Seed: 7}} {
			p.Hops = hops
			t.Run(fmt.Sprint(p), func(t *testing.T) {
				file, err := config.Parse("path", p.Config().Bytes())
				if err != nil || len(file.Warnings) > 0 {
					t.Fatalf("got %v and the warnings %v, want none\n%s", err, file.Warnings, p.Config().Bytes())
				}
				plan := file.Plan()
				decrement, v6, believed := 0, false, 0
				for _, n := range plan.Nodes {
					if !n.Settings.KeepTTL {
						decrement++
					}
					for _, i := range n.Interfaces {
						for _, a := range i.Device.Addresses {
							v6 = v6 || a.Addr().Is6()
							believed++
							if want := max(1500, p.MTU); i.Device.MTU != want {
								t.Errorf("the hosts believe in %d, want %d", i.Device.MTU, want)
							}
						}
					}
				}
				if want := p.MTU != 576; decrement != hops || v6 != want || believed == 0 {
					t.Errorf("%d hops, IPv6 %v, want %d, %v", decrement, v6, hops, want)
				}
				if p.MTU != 0 {
					last := plan.Links[len(plan.Links)-1]
					for _, e := range last.Ends {
						if got := plan.Nodes[e.Node].Interfaces[e.Interface].MTU; got != p.MTU {
							t.Errorf("the MTU of the last link is %d, want %d both ways", got, p.MTU)
						}
					}
				}
			})
		}
	}
}
