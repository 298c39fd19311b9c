module asyncresult

go 1.19
