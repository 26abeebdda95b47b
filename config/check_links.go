package config

// checkNumbered wants the addresses of an interface that has a TUN.
func (s *source) checkNumbered(f *File, i Interface, path string) {
	if s.has(path+".tun") && !s.has(path+".addresses") && !s.has("addressing") {
		s.refuse(path, `the key "addresses" is missing`, "")
	}
}
