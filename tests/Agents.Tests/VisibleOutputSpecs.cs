using System.Text;
using ActorBrowser.Agents;

namespace ActorBrowser.AgentsTests;

/// <summary>Output of an exact size with exact offsets, however it is cut into pieces.</summary>
public sealed class VisibleOutputSpecs
{
    private const string Text = "plain äöü €100 😀😀 \u001b[1m\u202e tab\tend\r\nline\rover\u0085 – done\n";

    [Fact]
    public void Parts_of_any_size_are_together_the_whole_text_and_each_fits()
    {
        var bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Text, 5)));
        var whole = Read(bytes, 0, int.MaxValue, bytes.Length).Text;
        Assert.Contains("^[[1m<U+202E> tab\tend\nline^Mover<U+0085> – done\n", whole, StringComparison.Ordinal);
        for (var most = 8; most < 60; most++)
        {
            for (var piece = 1; piece < 9; piece++)
            {
                var (text, at) = (new StringBuilder(), 0L);
                while (at < bytes.Length)
                {
                    var part = Read(bytes, at, most, piece);
                    Assert.InRange(Encoding.UTF8.GetByteCount(part.Text), 1, most);
                    Assert.True(part.Position > at, $"{most} {piece} {at}");
                    text.Append(part.Text);
                    at = part.Position;
                }
                Assert.Equal(whole, text.ToString());
                Assert.Equal(bytes.Length, at);
            }
        }
    }

    [Fact]
    public void A_character_that_another_stream_interrupts_is_one_character()
    {
        var output = new VisibleOutput(100, 0);
        output.Append(1, 0, [0xe2, 0x82]);
        output.Append(2, 2, "error"u8);
        output.Append(1, 7, [0xac, (byte)'!']);
        output.End(isLast: true);
        Assert.Equal(("error€!", 9), (output.Text, output.Position));
    }

    [Fact]
    public void A_character_that_is_not_complete_is_left_for_later_or_replaced_at_the_end()
    {
        var (open, last) = (new VisibleOutput(100, 10), new VisibleOutput(100, 10));
        open.Append(1, 10, [(byte)'a', 0xf0, 0x9f]);
        last.Append(1, 10, [(byte)'a', 0xf0, 0x9f]);
        open.End(isLast: false);
        last.End(isLast: true);
        Assert.Equal(("a", 11, "a\uFFFD", 13), (open.Text, open.Position, last.Text, last.Position));
    }

    [Fact]
    public void Missing_bytes_are_counted_and_invalid_ones_replaced()
    {
        var output = new VisibleOutput(100, 0);
        output.Append(1, 0, [(byte)'a', 0xff, (byte)'b']);
        output.Skip(3, 1000);
        output.Append(1, 1003, "c"u8);
        output.End(isLast: true);
        Assert.Equal(("a\uFFFDb\n[1000 bytes were not kept]\nc", 1004), (output.Text, output.Position));
    }

    [Theory]
    [InlineData(99, false)]
    [InlineData(100, true)]
    [InlineData(101, true)]
    public void Retained_output_is_whole_where_it_fits_and_else_has_its_beginning_and_its_end(int most, bool isWhole)
    {
        var (text, whole) = OutputCut.Of(new RetainedOutput(Encoding.ASCII.GetBytes(new string('a', 50) + new string('z', 50)), 0, default), most);
        Assert.Equal(isWhole, whole);
        Assert.InRange(Encoding.UTF8.GetByteCount(text), 1, most);
        Assert.StartsWith("a", text, StringComparison.Ordinal);
        Assert.EndsWith("z", text, StringComparison.Ordinal);
    }

    private static (string Text, long Position) Read(byte[] bytes, long from, int most, int piece)
    {
        var output = new VisibleOutput(most, from);
        for (var at = (int)from; at < bytes.Length && !output.IsFull; at += piece)
            output.Append(1, at, bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)));
        output.End(isLast: output.Position == bytes.Length);
        return (output.Text, output.Position);
    }
}
