using System.Buffers;
using System.IO.Compression;
using ActorBrowser.Transport;
using MessagePack;

namespace ActorBrowser.Cluster;

/// <summary>What the cluster keeps of a tab, so that it survives its node.</summary>
/// <param name="Options">As the tab was opened.</param>
/// <param name="Memory">Where it is; null while it is blank.</param>
internal sealed record KeptTab(TabOrder Options, TabMemory? Memory)
{
    private const int LongestUrls = 16 << 10;
    private const int LongestTitle = 512;

    private static readonly MessageCodec s_codec = MessageCodec.Of<KeptTab>("kept-tab", Write, Read);

    internal byte[] Encode()
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        var writer = new MessagePackWriter(buffer);
        s_codec.Write(ref writer, this);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="WireFormatException">The bytes are none that this version knows.</exception>
    internal static KeptTab Decode(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var reader = new MessagePackReader(bytes);
            return (KeptTab)s_codec.Read(ref reader);
        }
        catch (Exception e) when (e is MessagePackSerializationException or EndOfStreamException or OverflowException or ArgumentException)
        {
            throw new WireFormatException($"What is kept of a tab cannot be read: {e.Message}");
        }
    }

    /// <summary>The part of a memory that is kept: the history around its position, as far as its URLs are not longer than is kept of a tab.</summary>
    internal static TabMemory Bounded(TabMemory memory)
    {
        var (first, last) = (Math.Max(0, memory.Position), Math.Max(0, memory.Position) - 1);
        var length = 0;
        // One to the left, one to the right, and so on: where the tab is comes first.
        for (var (left, right) = (first, first); left >= 0 || right < memory.History.Count;)
        {
            if (right < memory.History.Count)
            {
                if ((length += memory.History[right].Length) > LongestUrls)
                    break;
                last = right;
            }
            right++;
            if (--left < 0)
                continue;
            if ((length += memory.History[left].Length) > LongestUrls)
                break;
            first = left;
        }
        var kept = memory.History.Skip(first).Take(last - first + 1).ToArray();
        return memory with
        {
            History = kept,
            Position = kept.Length == 0 ? -1 : memory.Position - first,
            Title = memory.Title.Length > LongestTitle ? memory.Title[..LongestTitle] : memory.Title,
        };
    }

    private static void Write(ref MessagePackWriter writer, KeptTab tab)
    {
        writer.WriteArrayHeader(5);
        writer.Write(tab.Options.IsPrivate);
        writer.Write(tab.Options.LoadImages);
        writer.Write((int)tab.Options.Initiator);
        writer.WriteOrNil((long?)tab.Options.Scripts);
        writer.WriteNested(tab.Memory, static (ref writer, memory) =>
        {
            writer.WriteArrayHeader(6);
            writer.WriteTexts(memory.History);
            writer.Write(memory.Position);
            writer.Write(memory.Load);
            writer.Write(memory.Title);
            writer.Write((int)memory.Initiator);
            writer.Write(memory.AnsweredForm);
        });
    }

    private static KeptTab Read(ref Fields fields) => new(
        new TabOrder("") { IsPrivate = fields.Flag(), LoadImages = fields.Flag(), Initiator = fields.Choice<FetchInitiator>(), Scripts = fields.ChoiceOrNull<PageScripts>() },
        fields.NestedOrNull(ReadMemory));

    private static TabMemory ReadMemory(ref Fields fields)
    {
        var history = fields.Texts(TabEventCodecs.MostHistory);
        return new TabMemory(history, fields.Int32(-1, history.Length - 1), fields.Int32(0))
        {
            Title = fields.Text(),
            Initiator = fields.Choice<FetchInitiator>(),
            AnsweredForm = fields.Flag(),
        };
    }
}

/// <summary>How cookies are kept: as the text of a file of cookies, compressed.</summary>
internal static class KeptCookies
{
    /// <summary>The longest text, in bytes, that is read.</summary>
    private const int LongestText = 4 << 20;

    internal static byte[] Shorten(byte[] text)
    {
        using var bytes = new MemoryStream();
        using (var deflate = new DeflateStream(bytes, CompressionLevel.Optimal, leaveOpen: true))
            deflate.Write(text);
        return bytes.ToArray();
    }

    /// <exception cref="WireFormatException">The bytes are not what <see cref="Shorten"/> made, or too long.</exception>
    internal static byte[] Lengthen(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var deflate = new DeflateStream(new MemoryStream(bytes.ToArray()), CompressionMode.Decompress);
            using var text = new MemoryStream();
            var buffer = new byte[16 << 10];
            while (deflate.Read(buffer) is > 0 and var read)
            {
                if (text.Length + read > LongestText)
                    throw new WireFormatException($"Kept cookies are longer than {LongestText} bytes.");
                text.Write(buffer, 0, read);
            }
            return text.ToArray();
        }
        catch (InvalidDataException e)
        {
            throw new WireFormatException($"Kept cookies cannot be read: {e.Message}");
        }
    }
}
