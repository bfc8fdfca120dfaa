namespace Akka.Actor.Internal;

/// <summary>Sent by a test to a state machine whose events it wants logged; as in Akka, the machine treats it as any event.</summary>
public class InternalActivateFsmLogging
{
    private InternalActivateFsmLogging()
    {
    }

    public static InternalActivateFsmLogging Instance { get; } = new();
}
