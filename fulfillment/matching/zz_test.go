package matching
import ("testing";"os";"time";"fmt")
func TestZZ(t *testing.T){
 for _,f:=range []string{"shanghai","retail"}{
  r,_:=os.Open("../../../shared/bench/matching/"+f+".json"); m,err:=Read(r); if err!=nil{t.Fatal(err)}
  mod,err:=compile(m,nil); if err!=nil{t.Fatal(err)}
  s:=newState(mod); for k:=range mod.cells{s.refill(int32(k),0)}
  p:=newPrices(mod); st:=time.Now()
  for i:=0;i<200 && time.Since(st)<6*time.Second;i++{ p.step(s.value)}
  fmt.Println(f,time.Since(st).Milliseconds(),int64(s.value),int64(p.bound))
  for _,T:=range []float64{300,1000,3000,10000} {
  s2:=newState(mod); copy(s2.stockPrice,p.best[:len(mod.lots)]); for k:=range mod.cells{s2.refill(int32(k),1)}; fmt.Println(f,"greedy at prices",int64(s2.value))
  sr:=newSearch(s2,1)
  st=time.Now()
  n:=0
  lim:=4.0
  for ;; n++ {
   if n%64==0 { fr:=time.Since(st).Seconds()/lim; if fr>1 {break}; sr.heat=T*pow(0.01,fr)}
   if n%20000==0 {fmt.Println(n,time.Since(st).Milliseconds(),int64(sr.best),int64(sr.value))}
   sr.step()
  }
  sr.recall()
  fmt.Println(f,T,n,int64(sr.best),int64(sr.value), (p.bound-sr.best)/p.bound*100)
  }
 }
}
func pow(a,b float64) float64 { return mathPow(a,b)}
