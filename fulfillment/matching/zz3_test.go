package matching
import "math"
func mathPow(a,b float64) float64 {return math.Pow(a,b)}
