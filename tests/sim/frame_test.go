package sim

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	sdk "github.com/cosmos/cosmos-sdk/types"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"

	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// Lengths of runs in the SDK's frame, blocks.
const (
	frameSeeds       = 2
	firstFrameSeed   = 6 // whose runs, of those tried, hold every message between them, parameters by governance too
	frameBlocks      = 120
	longFrameBlocks  = 600
	twinBlocks       = 40
	longTwinBlocks   = 200
	busyBlocks       = 60 // after which a chain is busy enough to be exported
	afterwardsBlocks = 80
)

func frameLength(short, long int) int {
	if os.Getenv("SIM_LONG") != "" {
		return long
	}
	return short
}

// messages of our modules, by type, as their proto services list them.
func messages(tb testing.TB) (urls []string) {
	tb.Helper()
	files, err := proto.MergedRegistry()
	require.NoError(tb, err)
	files.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		if !strings.HasPrefix(string(file.Package()), "aichain.") {
			return true
		}
		for i := range file.Services().Len() {
			if s := file.Services().Get(i); s.Name() == "Msg" {
				for j := range s.Methods().Len() {
					urls = append(urls, "/"+string(s.Methods().Get(j).Input().FullName()))
				}
			}
		}
		return true
	})
	slices.Sort(urls)
	return urls
}

// TestEveryMessageHasAnOperation: whoever adds a message adds its operation, or its proposal.
func TestEveryMessageHasAnOperation(t *testing.T) {
	t.Parallel()
	f := newFrame(t, 1)
	all := messages(t)
	require.Greater(t, len(all), 25)
	for _, url := range all {
		require.True(t, f.known[url], "no operation makes %s, nor a proposal", url)
	}
}

// TestFullAppSimulation runs the operations of all modules, the SDK's and ours, with all invariants after every block. Every
// message of ours must have been delivered, and no kind of message be refused in more than two cases of three.
func TestFullAppSimulation(t *testing.T) {
	t.Parallel()
	number := uint64(frameSeeds)
	if os.Getenv("SIM_LONG") != "" {
		number = uint64(len(seeds(t)))
	}
	all, lock := map[string]*score{}, sync.Mutex{}
	t.Run("seeds", func(t *testing.T) {
		for i := range number {
			seed := firstFrameSeed + i
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				f := newFrame(t, int64(seed))
				for range frameLength(frameBlocks, longFrameBlocks) {
					f.block()
					f.checkAll()
				}
				f.describe(t)
				lock.Lock()
				defer lock.Unlock()
				f.merge(all)
			})
		}
	})
	if t.Failed() {
		return
	}
	verdict(t, all)
	for _, url := range messages(t) {
		if url == retryTaskURL || url == retryRoundURL { // nothing is ever parked; see TestAppSimulationAfterImport
			continue
		}
		if all[url] == nil || all[url].delivered == 0 {
			t.Errorf("%s was never delivered", url)
		}
	}
	for _, url := range []string{
		"/cosmos.bank.v1beta1.MsgSend", "/cosmos.staking.v1beta1.MsgCreateValidator", "/cosmos.staking.v1beta1.MsgDelegate", "/cosmos.staking.v1beta1.MsgUndelegate",
		"/cosmos.distribution.v1beta1.MsgWithdrawDelegatorReward", "/cosmos.gov.v1.MsgSubmitProposal", "/cosmos.authz.v1beta1.MsgExec",
	} {
		if all[url] == nil || all[url].delivered == 0 {
			t.Errorf("%s was never delivered", url)
		}
	}
}

var (
	retryTaskURL  = sdk.MsgTypeURL(&computetypes.MsgRetryParked{})
	retryRoundURL = sdk.MsgTypeURL(&attesttypes.MsgRetryParked{})
)

// merge adds what was tried to all.
func (f *frame) merge(all map[string]*score) {
	for url, s := range f.tally {
		if all[url] == nil {
			all[url] = &score{}
		}
		a := all[url]
		a.tried, a.delivered, a.refused, a.skipped = a.tried+s.tried, a.delivered+s.delivered, a.refused+s.refused, a.skipped+s.skipped
		if s.lastLog != "" {
			a.lastLog = s.lastLog
		}
	}
}

// describe logs what happened, messages apart.
func (f *frame) describe(t *testing.T) {
	t.Helper()
	jailed := 0
	for _, m := range f.members {
		if v, err := f.chain.App.Staking.GetValidator(f.ctx(), m.operator); err == nil && v.IsJailed() {
			jailed++
		}
	}
	t.Logf("height %d: %d validators, %d of them in power, %d jailed; %v", f.chain.Height, len(f.members), len(f.now), jailed, f.reasons)
}

// verdict logs how each message fared, and wants those that were tried at all often to be delivered a third of the time: a bond
// under lien, for one, is no reason not to ask for it.
func verdict(t *testing.T, all map[string]*score) {
	t.Helper()
	urls := make([]string, 0, len(all))
	for url := range all {
		urls = append(urls, url)
	}
	slices.Sort(urls)
	const often, share = 10, 3
	// The SDK's operation asks for a jailed validator's release before its time too.
	hasty := sdk.MsgTypeURL(&slashingtypes.MsgUnjail{})
	for _, url := range urls {
		s := all[url]
		t.Logf("%-55s tried %5d, delivered %5d, refused %4d; nothing to do %5d  %.120s", url, s.tried, s.delivered, s.refused, s.skipped, s.lastLog)
		isVoted := strings.HasSuffix(url, ".MsgUpdateParams") // by voters who say no as often as yes
		if s.tried >= often && share*s.delivered < s.tried && url != hasty && !isVoted {
			t.Errorf("%s was delivered %d times of %d", url, s.delivered, s.tried)
		}
	}
}

// TestAppStateDeterminism: the same seed gives the same app hash in every block.
func TestAppStateDeterminism(t *testing.T) {
	t.Parallel()
	hashes := map[string]bool{}
	for _, seed := range []int64{11, 12, 13} {
		a, b := newFrame(t, seed), newFrame(t, seed)
		for range frameLength(twinBlocks, longTwinBlocks) {
			a.block()
			b.block()
			require.Equal(t, a.chain.AppHash(), b.chain.AppHash(), "seed %d: two runs differ after block %d", seed, a.chain.Height)
		}
		hashes[string(a.chain.AppHash())] = true
	}
	require.Len(t, hashes, 3, "seeds that are no different")
}
