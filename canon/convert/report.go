package convert

import "math"

// Error is how far stored weights are from the source, relative to the root mean
// square of the source tensor.
type Error struct {
	Name string  // GGUF tensor; "total" for the whole model
	RMS  float64 // root mean square of the error
	Max  float64 // largest error
}

// Report is what a conversion introduced, in file order. The rotation table is not in
// it: it is computed, not converted.
type Report struct {
	Tensors []Error
	Total   Error
	sum     tensorError
}

// tensorError collects errors. Its sums may differ in the last bit between machines:
// they are reported, never written to the model.
type tensorError struct {
	name                 string
	squares, errors, top float64
	n                    float64
}

func (e *tensorError) add(want, have float64) {
	d := math.Abs(want - have)
	e.squares += want * want
	e.errors += d * d
	e.top = max(e.top, d)
	e.n++
}

func (e tensorError) result() Error {
	rms := math.Sqrt(e.squares / e.n)
	if rms == 0 {
		return Error{Name: e.name}
	}
	return Error{Name: e.name, RMS: math.Sqrt(e.errors/e.n) / rms, Max: e.top / rms}
}

func (r *Report) add(e tensorError) {
	r.Tensors = append(r.Tensors, e.result())
	r.sum.name = "total"
	r.sum.squares += e.squares
	r.sum.errors += e.errors
	r.sum.top = max(r.sum.top, e.top)
	r.sum.n += e.n
	r.Total = r.sum.result()
}
