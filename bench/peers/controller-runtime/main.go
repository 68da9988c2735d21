// The peer of the SDK benchmark: a controller of the stub's objects, on controller-runtime.
//
// It prints `synced {…}` when every object was reconciled once, and `churned {…}` on each line that it reads.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"sort"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/go-logr/logr"
	"net/http"
)

var groupVersion = schema.GroupVersion{Group: "bench.weir.dev", Version: "v1"}

// Thing is what the stub serves.
type Thing struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Data              map[string]string `json:"data,omitempty"`
}

// ThingList is a list of Things.
type ThingList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Thing `json:"items"`
}

// DeepCopyObject copies.
func (t *Thing) DeepCopyObject() runtime.Object {
	out := new(Thing)
	t.deepCopyInto(out)
	return out
}

func (t *Thing) deepCopyInto(out *Thing) {
	out.TypeMeta = t.TypeMeta
	t.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	if t.Data != nil {
		out.Data = make(map[string]string, len(t.Data))
		for key, value := range t.Data {
			out.Data[key] = value
		}
	}
}

// DeepCopyObject copies.
func (l *ThingList) DeepCopyObject() runtime.Object {
	out := &ThingList{TypeMeta: l.TypeMeta}
	l.ListMeta.DeepCopyInto(&out.ListMeta)
	out.Items = make([]Thing, len(l.Items))
	for i := range l.Items {
		l.Items[i].deepCopyInto(&out.Items[i])
	}
	return out
}

// monotonic is the machine's clock of that name, which the stub stamps its changes with.
func monotonic() int64 {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		panic(err)
	}
	return now.Nano()
}

type recorder struct {
	client.Client
	start     time.Time
	wanted    int
	managerMs float64

	mutex     sync.Mutex
	seen      map[string]struct{}
	latencies []float64
}

func (r *recorder) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	var thing Thing
	if err := r.Get(ctx, request.NamespacedName, &thing); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	sent, err := strconv.ParseInt(thing.Data["sent"], 10, 64)
	if err != nil {
		return ctrl.Result{}, err
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if sent != 0 {
		r.latencies = append(r.latencies, float64(monotonic()-sent)/1e6)
	}
	if len(r.seen) == r.wanted {
		return ctrl.Result{}, nil
	}
	r.seen[request.Name] = struct{}{}
	if len(r.seen) == r.wanted {
		print("synced", map[string]float64{"ms": since(r.start), "managerMs": r.managerMs})
	}
	return ctrl.Result{}, nil
}

func since(start time.Time) float64 {
	return float64(time.Since(start).Microseconds()) / 1e3
}

func print(what string, figures map[string]float64) {
	text, err := json.Marshal(figures)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s %s\n", what, text)
}

func (r *recorder) report() {
	r.mutex.Lock()
	sorted := r.latencies
	r.latencies = nil
	r.mutex.Unlock()
	sort.Float64s(sorted)
	quantile := func(part float64) float64 {
		if len(sorted) == 0 {
			return -1
		}
		return sorted[min(len(sorted)-1, int(float64(len(sorted))*part))]
	}
	print("churned", map[string]float64{
		"runs": float64(len(sorted)), "p50": quantile(0.5), "p99": quantile(0.99), "max": quantile(1),
	})
}

func run() error {
	start := time.Now()
	server := flag.String("server", "", "URL of the stub")
	wanted := flag.Int("count", 0, "objects that it has")
	flag.Parse()
	log.SetLogger(logr.Discard())

	scheme := runtime.NewScheme()
	scheme.AddKnownTypes(groupVersion, &Thing{}, &ThingList{})
	metav1.AddToGroupVersion(scheme, groupVersion)
	mapper := meta.NewDefaultRESTMapper([]schema.GroupVersion{groupVersion})
	mapper.Add(groupVersion.WithKind("Thing"), meta.RESTScopeNamespace)

	config := &rest.Config{Host: *server, QPS: -1}
	mgr, err := manager.New(config, manager.Options{
		Scheme:         scheme,
		MapperProvider: func(*rest.Config, *http.Client) (meta.RESTMapper, error) { return mapper, nil },
		Metrics:        metricsserver.Options{BindAddress: "0"},
	})
	if err != nil {
		return err
	}
	things := &recorder{Client: mgr.GetClient(), start: start, wanted: *wanted, seen: map[string]struct{}{}}
	if err := ctrl.NewControllerManagedBy(mgr).For(&Thing{}).Complete(things); err != nil {
		return err
	}
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer cancel()
	go func() {
		if mgr.GetCache().WaitForCacheSync(ctx) {
			things.mutex.Lock()
			things.managerMs = since(start)
			things.mutex.Unlock()
		}
	}()
	go func() {
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			things.report()
		}
	}()
	return mgr.Start(ctx)
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
