namespace ActorBrowser.Cli.Demo;

/// <summary>Tells what happens, and whether it is what was claimed.</summary>
internal abstract class DemoAct(TextWriter output)
{
    /// <summary>Whether all was as claimed so far.</summary>
    protected bool IsGood { get; set; } = true;

    protected async Task CheckAsync(bool good, string what)
    {
        IsGood &= good;
        await SayAsync($"   {(good ? "✓" : "✗")} {what}").ConfigureAwait(false);
    }

    protected TextWriter Output => output;

    protected Task SayAsync(string line) => output.WriteLineAsync(line);
}
