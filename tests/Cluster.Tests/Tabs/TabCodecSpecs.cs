using System.Buffers;
using ActorBrowser.Cluster;
using ActorBrowser.Transport;
using MessagePack;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.ClusterTests;

/// <summary>The messages of tabs between nodes.</summary>
public sealed class TabCodecSpecs
{
    // Messages that never leave their node, and why.
    private static readonly Dictionary<Type, string> s_staying = new()
    {
        [typeof(Subscribe)] = "its actor is told by the conversation on its own node",
        [typeof(Downloaded)] = "a tab of the cluster has no folder for files",
    };

    public static TheoryData<int> Samples => [.. Enumerable.Range(0, TabSamples.All.Count)];

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_message_is_read_as_it_was_written(int sample)
    {
        var message = TabSamples.All[sample];
        var read = ClusterCodec.Decode(new ReadOnlySequence<byte>(ClusterCodec.Encode(message)));
        Assert.Equal(TabSamples.Show(message), TabSamples.Show(read));
    }

    [Fact]
    public void Every_message_of_a_tab_crosses_nodes_or_stays_for_a_reason()
    {
        var all = typeof(TabProtocol).GetNestedTypes().Where(static type => !type.IsInterface && (type.IsAssignableTo(typeof(ICommand)) || type.IsAssignableTo(typeof(IEvent)))).Append(typeof(TabSnapshot)).ToHashSet();
        var crossing = ClusterCodec.All.Select(static codec => codec.Type).Where(all.Contains).ToHashSet();

        Assert.Equal(all.Except(s_staying.Keys).Select(static type => type.Name).Order(), crossing.Select(static type => type.Name).Order());
        var ours = new[] { TabCommandCodecs.All, TabEventCodecs.All, TabWireCodecs.All }.SelectMany(static part => part).ToArray();
        Assert.Equal(ours.Select(static codec => codec.Type.Name).Order(), TabSamples.All.Select(static sample => sample.GetType().Name).Distinct().Order());
        Assert.All(ours, static codec => Assert.Matches("^tab(-[a-z-]{2,27})?$", codec.Manifest));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_message_that_ends_early_is_refused(int sample)
    {
        var bytes = ClusterCodec.Encode(TabSamples.All[sample]);
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<WireFormatException>(() => ClusterCodec.Decode(new ReadOnlySequence<byte>(bytes[..length])));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_damaged_message_is_refused_or_read_and_nothing_else_happens(int sample)
    {
        var bytes = ClusterCodec.Encode(TabSamples.All[sample]).ToArray();
        var random = new Random(sample);
        for (var round = 0; round < 500; round++)
        {
            var damaged = bytes.ToArray();
            for (var times = random.Next(1, 4); times > 0; times--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            Decode(damaged);
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Fields_of_a_later_version_are_ignored_at_the_end_of_a_message(int sample)
    {
        var message = TabSamples.All[sample];
        var bytes = ClusterCodec.Encode(message);
        var reader = new MessagePackReader(bytes);
        reader.ReadArrayHeader();
        var manifest = reader.ReadString();
        var count = reader.ReadArrayHeader();
        var later = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(later);
        writer.WriteArrayHeader(2);
        writer.Write(manifest);
        writer.WriteArrayHeader(count + 2);
        writer.WriteRaw(bytes.Span[(int)reader.Consumed..]);
        writer.Write("a new field");
        writer.WriteArrayHeader(1);
        writer.WriteMapHeader(0);
        writer.Flush();

        Assert.Equal(TabSamples.Show(message), TabSamples.Show(ClusterCodec.Decode(new ReadOnlySequence<byte>(later.WrittenMemory))));
    }

    [Fact]
    public void A_field_of_a_later_version_may_be_nested_without_end()
    {
        var later = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(later);
        writer.WriteArrayHeader(2);
        writer.Write("tab-stop");
        for (var depth = 0; depth < 1 << 20; depth++)
            writer.WriteArrayHeader(1);
        writer.WriteNil();
        writer.Flush();

        // What it must not do is to end the process by an overflow of its stack.
        Decode(later.WrittenMemory.ToArray());
    }

    [Fact]
    public void A_list_that_is_longer_than_its_limit_is_refused()
    {
        var snapshot = new TabSnapshot(0, TabState.Blank, "", "", 0, new string[TabEventCodecs.MostHistory + 1].Select(static _ => "").ToArray(), -1, null, null);
        Assert.Throws<WireFormatException>(() => ClusterCodec.Decode(new ReadOnlySequence<byte>(ClusterCodec.Encode(snapshot))));

        var result = new QueryResult(1, new QueryItem[QueryDocument.MostItems + 1].Select(static _ => new QueryItem("", "", "", 0)).ToArray());
        Assert.Throws<WireFormatException>(() => ClusterCodec.Decode(new ReadOnlySequence<byte>(ClusterCodec.Encode(result))));
    }

    [Fact]
    public void A_message_that_carries_another_carries_none_that_is_none_of_a_tab()
    {
        Assert.Throws<InvalidOperationException>(() => ClusterCodec.Encode(new TabAsk(1, new TabAsk(2, new Stop()))));
        Assert.Throws<InvalidOperationException>(() => ClusterCodec.Encode(new TabTold(new Stop())));
        var told = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(told);
        writer.WriteArrayHeader(2);
        writer.Write("tab-ask");
        writer.WriteArrayHeader(2);
        writer.Write(1);
        writer.WriteArrayHeader(2);
        writer.Write("tab-loaded");
        writer.WriteArrayHeader(0);
        writer.Flush();
        Assert.Throws<WireFormatException>(() => ClusterCodec.Decode(new ReadOnlySequence<byte>(told.WrittenMemory)));
    }

    [Fact]
    public void A_file_on_disk_does_not_cross_nodes()
    {
        var path = Path.GetTempFileName();
        try
        {
            Assert.Throws<InvalidOperationException>(() => ClusterCodec.Encode(new Act(ActKind.Upload, "input") { Files = [UploadFile.FromFile(path)] }));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Decode(byte[] bytes)
    {
        try
        {
            ClusterCodec.Decode(new ReadOnlySequence<byte>(bytes));
        }
        catch (WireFormatException)
        {
            // As it must be.
        }
    }
}
