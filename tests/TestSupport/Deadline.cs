namespace ActorBrowser.TestSupport;

/// <summary>How long a test waits for an event that must happen soon. Long, so that a loaded machine causes no failure.</summary>
public static class Deadline
{
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    /// <summary>How often a test asks whether a state has come. TestKit by itself asks ten times within the deadline: each three seconds.</summary>
    public static readonly TimeSpan Often = TimeSpan.FromMilliseconds(20);

    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Long);

    public static Task Soon(this Task task) => task.WaitAsync(Long);
}
