module alioss/examples/go

go 1.23

require alioss/bindings/go v0.0.0

replace alioss/bindings/go => ../../bindings/go
