module baimi

go 1.26
