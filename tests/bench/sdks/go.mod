module sdks

go 1.23

require (
	alioss/bindings/go v0.0.0
	github.com/aliyun/alibabacloud-oss-go-sdk-v2 v1.6.1
)

require golang.org/x/time v0.4.0 // indirect

replace alioss/bindings/go => ../../../bindings/go
