package forwarders

import "github.com/songgao/water"

// runWater forwards with github.com/songgao/water: one packet a read, one a write.
func runWater(devices []Device, opened func()) error {
	ports := make([]*water.Interface, len(devices))
	err := openAll(devices, func(i int, d Device) (err error) {
		ports[i], err = water.New(water.Config{
			DeviceType:             water.TUN,
			PlatformSpecificParams: water.PlatformSpecificParams{Name: d.Name},
		})
		return err
	})
	if err != nil {
		return err
	}
	opened()
	return each(devices, func(i int) error {
		buffer := make([]byte, 65536)
		for {
			n, err := ports[i].Read(buffer)
			if err != nil {
				return err
			}
			if out := route(devices, buffer[:n]); out >= 0 {
				ports[out].Write(buffer[:n]) // what is refused is lost
			}
		}
	})
}
