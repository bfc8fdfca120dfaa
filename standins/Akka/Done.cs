namespace Akka;

/// <summary>The result of a task that only ever completes.</summary>
public sealed class Done
{
    public static readonly Done Instance = new();

    private Done()
    {
    }
}
