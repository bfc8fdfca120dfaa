using System.Runtime.Serialization;
using System.Text;
using ActorBrowser.Cluster;
using Akka.Actor;

namespace ActorBrowser.ClusterTests;

/// <summary>What a member of the cluster that is trusted with nothing else could try.</summary>
public sealed class GuardSpecs
{
    [Fact]
    public async Task The_browser_s_own_messages_do_not_cross_by_Akka_s_default_serializer()
    {
        await using var browser = await TestNode.StartAsync(isBrowser: true);
        var json = browser.System.Serialization.FindSerializerForType(typeof(ApplicationMessage));
        Assert.IsType<GuardedJsonSerializer>(json);
        foreach (var own in new object[] { new FetchProtocol.Fetch("http://127.0.0.1/"), WatchProtocol.GetPicture.Instance, NodeHost.BeginLeaving.Instance, new[] { new FetchProtocol.CancelFetch(1) }, new List<FetchProtocol.CancelFetch>() })
        {
            Assert.IsType<GuardedJsonSerializer>(browser.System.Serialization.FindSerializerFor(own));
            Assert.Throws<SerializationException>(() => json.ToBinary(own));
            Assert.Throws<SerializationException>(() => json.FromBinary("{}"u8.ToArray(), own.GetType()));
        }
        var hidden = Encoding.UTF8.GetBytes($$"""{"$type":"{{typeof(FetchProtocol.CancelFetch).FullName}}, {{typeof(FetchProtocol.CancelFetch).Assembly.GetName().Name}}","Id":1}""");
        Assert.Throws<SerializationException>(() => json.FromBinary(hidden, typeof(object)));
        // The application's own are as before.
        Assert.Equal(new ApplicationMessage(7), json.FromBinary(json.ToBinary(new ApplicationMessage(7)), typeof(ApplicationMessage)));
    }

    [Fact]
    public async Task A_message_to_another_node_s_browser_past_its_links_does_not_arrive()
    {
        await using var site = await Site.EchoingAsync();
        await using var browser = await TestNode.StartAsync(isBrowser: true, hocon: "actorbrowser.cluster { secret = one, policy.fetches = off }");
        await using var stranger = await TestNode.StartAsync(browser, hocon: "actorbrowser.cluster.secret = other");
        var path = new RootActorPath(browser.Address) / "user" / "browser";
        Assert.Equal("/user/browser", (await stranger.System.ActorSelection(path).ResolveOne(Deadline.Long)).Path.ToStringWithoutAddress());
        await Assert.ThrowsAsync<AskTimeoutException>(() => stranger.System.ActorSelection(path).Ask<FetchProtocol.IEvent>(new FetchProtocol.Fetch(site.Root), TimeSpan.FromSeconds(1)));
    }

    [Theory]
    [InlineData("Spawn.Folder", "folders")]
    [InlineData("Spawn.Environment", "environment")]
    [InlineData("Spawn.Grace", "longest")]
    public async Task A_command_s_folder_variables_and_grace_are_the_policy_s_to_allow(string field, string key)
    {
        await using var browser = await TestNode.StartAsync(isBrowser: true, hocon: "actorbrowser.cluster.policy.command.longest = 5s");
        await using var front = await TestNode.StartAsync(browser);
        await front.LinkedAsync(1);
        var spawn = new CommandProtocol.Spawn(["true"]);
        spawn = key switch
        {
            "folders" => spawn with { Folder = "/etc" },
            "environment" => spawn with { Environment = CommandEnvironment.AllowList(["PATH", "NODE_SECRET"]) },
            _ => spawn with { Grace = TimeSpan.FromDays(1) },
        };
        var refused = await front.Cluster.Ask<CommandProtocol.SpawnRefused>(spawn, Deadline.Long);
        Assert.Equal(ActorBrowser.Transport.SpawnFailure.Denied, refused.Kind);
        Assert.Contains(field, refused.Message, StringComparison.Ordinal);
        Assert.Contains($"actorbrowser.cluster.policy.command.{key}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_allowed_by_where_it_leads()
    {
        var allowed = Directory.CreateTempSubdirectory("allowed-");
        try
        {
            Directory.CreateDirectory(Path.Combine(allowed.FullName, "inside"));
            Directory.CreateSymbolicLink(Path.Combine(allowed.FullName, "link"), "/etc");
            var policy = ClusterSettings.From(Akka.Configuration.ConfigurationFactory.ParseString($"actorbrowser.cluster.policy.command.folders = [\"{allowed.FullName}\"]")).Policy.Command;
            Assert.Null(Problem(allowed.FullName));
            Assert.Null(Problem(Path.Combine(allowed.FullName, "inside/")));
            Assert.NotNull(Problem(Path.Combine(allowed.FullName, "link")));
            Assert.NotNull(Problem(Path.Combine(allowed.FullName, "inside/../../")));
            Assert.NotNull(Problem(allowed.FullName + "x"));
            Assert.NotNull(Problem("inside"));

            string? Problem(string folder) => policy.Problem(CommandOrder.Of(new CommandProtocol.Spawn(["true"]) { Folder = folder }, null, 0));
        }
        finally
        {
            allowed.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task An_upload_s_pieces_give_back_exactly_the_room_that_they_took()
    {
        var freed = new List<long>();
        await using var stream = new PieceStream(freed.Add);
        stream.Add(new byte[10], 99, isLast: false, null);
        stream.Add(default, 70, isLast: false, null);
        stream.Add(new byte[3], 77, isLast: true, null);
        Assert.Equal(13, (await ReadAllAsync(stream)).Length);
        Assert.Equal([70, 99, 77], freed);
    }

    public sealed record ApplicationMessage(int Number);

    private static async Task<byte[]> ReadAllAsync(Stream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all);
        return all.ToArray();
    }
}
