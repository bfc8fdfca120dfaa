using ActorBrowser.Cluster;
using Akka.Actor;
using Akka.DistributedData;
using Akka.TestKit.Xunit2;

namespace ActorBrowser.ClusterTests;

/// <summary>The keepers of what tabs and identities are: in memory, and in a journal.</summary>
public sealed class KeeperSpecs() : TestKit("akka.loglevel = ERROR\nakka.actor.provider = cluster\nakka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }")
{
    private static readonly byte[] s_one = [1];
    private static readonly byte[] s_two = [2];

    [Fact]
    public async Task A_journal_keeps_the_newest_state_and_nothing_once_that_is_wanted()
    {
        foreach (var (wanted, expected) in new (byte[]? Wanted, byte[]? Expected)[] { (s_one, null), (s_two, s_one), (null, s_two), (s_one, null) })
        {
            var owner = CreateTestProbe();
            var keeper = owner.ChildActorOf(new JournalStore("").KeeperOf("tab/alice/mail"));
            var loaded = await owner.ExpectMsgAsync<TabKeeper.Loaded>(Deadline.Long);
            Assert.Equal(expected, loaded.State?.ToArray());
            keeper.Tell(new TabKeeper.Save(1, new byte[] { 9 }));
            keeper.Tell(new TabKeeper.Save(2, new byte[] { 8 }));
            keeper.Tell(new TabKeeper.Save(3, wanted is null ? default(ReadOnlyMemory<byte>?) : wanted));
            await owner.FishForMessageAsync<TabKeeper.Saved>(static saved => saved.Number == 3, Deadline.Long);
            await keeper.GracefulStop(Deadline.Long);
        }
    }

    [Fact]
    public async Task What_most_nodes_do_not_say_or_confirm_is_asked_again_and_then_this_node_counts()
    {
        var (owner, replicator) = (CreateTestProbe(), CreateTestProbe());
        var key = new KeptKey("tab/alice/mail");
        var keeper = owner.ChildActorOf(new ReplicatedStore(replicator.Ref, TimeSpan.FromSeconds(1)).KeeperOf(key.Id));
        for (var times = 0; times < 3; times++)
        {
            Assert.IsType<ReadMajority>((await replicator.ExpectMsgAsync<Get>(Deadline.Long)).Consistency);
            replicator.Reply(new GetFailure(key, null));
        }
        Assert.IsType<ReadLocal>((await replicator.ExpectMsgAsync<Get>(Deadline.Long)).Consistency);
        replicator.Reply(new GetSuccess(key, null, new KeptRegister(1, "", s_one)));
        Assert.Equal(s_one, (await owner.ExpectMsgAsync<TabKeeper.Loaded>(Deadline.Long)).State?.ToArray());

        keeper.Tell(new TabKeeper.Save(1, s_one));
        await replicator.ExpectMsgAsync<Update>(Deadline.Long);
        keeper.Tell(new TabKeeper.Save(2, s_two));
        replicator.Reply(new UpdateTimeout(key, null));
        var update = await replicator.ExpectMsgAsync<Update>(Deadline.Long);
        Assert.Equal(s_two, ((KeptRegister)update.Modify(KeptRegister.Empty)).State?.ToArray());
        replicator.Reply(new UpdateTimeout(key, null));
        await replicator.ExpectMsgAsync<Update>(Deadline.Long);
        replicator.Reply(new UpdateTimeout(key, null));
        Assert.Equal(2, (await owner.ExpectMsgAsync<TabKeeper.Saved>(Deadline.Long)).Number);
    }
}
