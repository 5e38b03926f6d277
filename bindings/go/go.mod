module alioss/bindings/go

go 1.23
