package scenario

type Verdict int

const (
	Survived Verdict = iota
	Degraded
	Blackholed
)

func (v Verdict) String() string { return [...]string{"survived", "degraded", "blackholed"}[v] }
