using System.Text;

namespace ActorBrowser.Cli;

/// <summary>
/// The console's writer: it passes all text through <see cref="VisibleText.Block"/>, so that no text can control the terminal.
/// Code that draws (tables, the progress bar) uses the inner writer.
/// </summary>
/// <param name="inner">The writer behind it.</param>
internal sealed class VisibleWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => inner.Write(VisibleText.Block(value.ToString()));

    public override void Write(char[] buffer, int index, int count) => inner.Write(VisibleText.Block(new string(buffer, index, count)));

    public override void Write(ReadOnlySpan<char> buffer) => inner.Write(VisibleText.Block(buffer.ToString()));

    public override void Write(string? value) => inner.Write(VisibleText.Block(value ?? ""));

    public override void WriteLine() => inner.WriteLine();

    // One write per line, so that lines of several threads do not mix.
    public override void WriteLine(string? value) => inner.WriteLine(VisibleText.Block(value ?? ""));

    public override void Flush() => inner.Flush();
}
