package main

import (
	_ "embed"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/BurntSushi/toml"
)

//go:embed parameters.toml
var parametersFile string

// parameter is one assumption: a range to draw from.
type parameter struct {
	Name  string
	Low   float64
	High  float64
	Draw  string // even or log
	Share bool   // between 0 and 1, whatever it is multiplied by
	Words string
}

// parameters are all assumptions.
type parameters struct {
	Seed        uint64
	Trials      int
	CurveTrials int `toml:"curve_trials"`
	First       int
	Parameter   []parameter

	asked map[string]bool // notes which parameters are used, where it is not nil
}

func readParameters() (parameters, error) {
	var read parameters
	meta, err := toml.Decode(parametersFile, &read)
	if err == nil && len(meta.Undecoded()) > 0 {
		err = fmt.Errorf("parameters.toml: unknown key %s", meta.Undecoded()[0])
	}
	return read, err
}

// of returns a parameter. Names stand in the code: an unknown one is a
// mistake in it.
func (p parameters) of(name string) parameter {
	if p.asked != nil {
		p.asked[name] = true
	}
	for _, one := range p.Parameter {
		if one.Name == name {
			return one
		}
	}
	panic("parameters.toml lacks " + name)
}

// draw draws a value of a parameter.
func (p parameters) draw(random *rand.Rand, name string) float64 {
	one := p.of(name)
	if one.Draw == "log" {
		return one.Low * math.Pow(one.High/one.Low, random.Float64())
	}
	return one.Low + (one.High-one.Low)*random.Float64()
}

// count draws a whole number, at least 1.
func (p parameters) count(random *rand.Rand, name string) int64 {
	return max(1, int64(math.Round(p.draw(random, name))))
}

// scaled returns the parameters with one of them multiplied.
func (p parameters) scaled(name string, factor float64) parameters {
	scaled := p
	scaled.Parameter = nil
	for _, one := range p.Parameter {
		if one.Name == name {
			one.Low, one.High = one.Low*factor, one.High*factor
			if one.Share {
				one.Low, one.High = min(one.Low, 1), min(one.High, 1)
			}
		}
		scaled.Parameter = append(scaled.Parameter, one)
	}
	return scaled
}
